"""Reads and writes strict JSON (RFC 8259, RFC 7493)."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
import orjson
from starlette.responses import Response

from models.pointers import pointer
from models.violation import Violation
from service.errors import MOST_VIOLATIONS, TooLarge, Unreadable, capped

MAX_DEPTH = 200  # far above what any document of ours needs, far below what exhausts the stack
MAX_VALUES = 2_000_000  # Python takes up to 200 bytes for one: four of the largest tables that a spec may hold
MAX_MEMBERS = 4096  # of one object: twice the columns that a row may have
MAX_NAME = 1024  # characters of a member's name: every pointer to something inside repeats it
SUSPICIOUS = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")  # escapes of characters that no database and no UTF-8 can hold
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
CHUNK = 2**20  # bytes that are looked at together


class JsonResponse(Response):
    """A strict JSON body; NumPy arrays are written as lists, numbers that are not finite as null."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """The bytes of ``content``."""
        return orjson.dumps(content, _as_list, orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_UTC_Z)


def _as_list(value: Any) -> Any:
    """A selection or a transposed array, which orjson does not walk through itself."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"cannot write {type(value).__name__} as JSON")


class _Constant(float):
    """NaN, Infinity or -Infinity, which are not JSON."""

    __slots__ = ()


CONSTANTS = {text: _Constant(text) for text in ("NaN", "Infinity", "-Infinity")}


class _Unclean(dict[str, Any]):
    """An object that names a member twice, or has too many members or too long names."""

    details: list[tuple[str | None, str]]  # each with the member that it is about


def read(body: bytes) -> tuple[Any, list[Violation]]:
    """Read the document in ``body``, and list what is wrong in it although it can be read.

    Takes memory for ``MAX_VALUES`` values at most. Of many violations the first ones are listed, then their number.

    Raises:
        Unreadable: it is not JSON in UTF-8, or nested deeper than ``MAX_DEPTH`` levels.
        TooLarge: it holds more than ``MAX_VALUES`` values.

    Example:
        >>> read(b'{"a": [1, NaN]}')[1]
        [Violation(pointer='/a/1', detail='NaN is not a JSON number')]
    """
    flags = 0

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal flags
        document = dict(pairs)
        details = list(_member_faults(pairs, document))
        if not details:
            return document
        flags += len(details)
        unclean = _Unclean(document)
        unclean.details = details
        return unclean

    def constant(text: str) -> float:
        nonlocal flags
        flags += 1
        return CONSTANTS[text]

    text = _decode(body)
    refuse_many_values(body)
    try:
        document = json.loads(text, object_pairs_hook=members, parse_constant=constant)
    except json.JSONDecodeError as error:
        raise Unreadable(f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from error
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:  # Python refuses integers of thousands of digits
        raise Unreadable(f"The body holds a number that cannot be read: {error}.") from error
    if _depth_exceeded(document):
        raise _too_deep()
    if not flags and not SUSPICIOUS.search(text):
        return document, []
    found = list(islice(_violations(document), MOST_VIOLATIONS + 1))
    return document, capped(found, max(flags, len(found)))


def refuse_many_values(body: bytes | memoryview) -> None:
    """Refuse a document of more values than fit into bounded memory, by counting its bytes alone.

    Raises:
        TooLarge: it holds more than ``MAX_VALUES`` values, names of members included.
    """
    # Most bodies need not be copied: there are no more values than separators.
    if len(body) > MAX_VALUES and _separators(bytes(body)) > MAX_VALUES and _holds_more(bytes(body)):
        raise TooLarge(f"The body holds more than {MAX_VALUES:,} JSON values and names of members.")


def _separators(body: bytes) -> int:
    """How many there are: in a document, at least as many as values and names behind the first."""
    return sum(map(body.count, (b",", b":", b"[", b"{")))


def _holds_more(body: bytes) -> bool:
    """Whether there are more than ``MAX_VALUES`` separators outside of texts."""
    body = body.replace(rb"\\", b"").replace(rb"\"", b"")
    found = inside = 0
    for start in range(0, len(body), CHUNK):
        pieces = body[start : start + CHUNK].split(b'"')
        found += _separators(b"".join(pieces[inside::2]))
        inside ^= (len(pieces) - 1) % 2
        if found > MAX_VALUES:
            return True
    return False


def _member_faults(pairs: list[tuple[str, Any]], document: dict[str, Any]) -> Iterator[tuple[str | None, str]]:
    """What is wrong with the members of an object, each with the member's name, or None for the object itself."""
    if len(document) > MAX_MEMBERS:
        yield None, f"an object may have {MAX_MEMBERS} members, received {len(document)}"
        return
    if len(document) < len(pairs):
        for name, count in Counter(name for name, _ in pairs).items():
            if count > 1:
                yield name, "the member is named twice"
    if any(len(name) > MAX_NAME for name in document):
        yield None, f"a member's name may have {MAX_NAME} characters"


def _decode(body: bytes) -> str:
    if not body.strip():
        raise Unreadable("The body is empty; JSON is expected.")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(f"The body is not UTF-8: byte {error.start} cannot be decoded.") from error


def _too_deep() -> Unreadable:
    return Unreadable(f"The body is nested deeper than {MAX_DEPTH} levels.")


def _depth_exceeded(document: Any) -> bool:
    level = [document]
    for _ in range(MAX_DEPTH):
        containers = [value for value in level if isinstance(value, dict | list)]
        if not containers:
            return False
        level = [child for value in containers for child in (value.values() if isinstance(value, dict) else value)]
    return any(isinstance(value, dict | list) for value in level)


def _violations(document: Any, path: tuple[str | int, ...] = ()) -> Iterator[Violation]:
    match document:
        case _Constant():
            name = {"inf": "Infinity", "-inf": "-Infinity"}.get(str(float(document)), "NaN")
            yield Violation(pointer(path), f"{name} is not a JSON number")
        case str() if UNSTORABLE.search(document):
            yield Violation(pointer(path), "the text holds U+0000 or half of a surrogate pair")
        case dict():
            yield from _member_violations(document, path)
        case list():
            for index, value in enumerate(document):
                if type(value) not in CLEAN:
                    yield from _violations(value, (*path, index))
        case _:
            pass


def _member_violations(document: dict[str, Any], path: tuple[str | int, ...]) -> Iterator[Violation]:
    if isinstance(document, _Unclean):
        for about, detail in document.details:
            position = path if about is None or len(about) > MAX_NAME else (*path, about)
            yield Violation(pointer(position), detail)
    for name, value in document.items() if len(document) <= MAX_MEMBERS else ():
        if UNSTORABLE.search(name):
            yield Violation(pointer(path), "a member's name holds U+0000 or half of a surrogate pair")
        elif len(name) <= MAX_NAME and type(value) not in CLEAN:
            yield from _violations(value, (*path, name))


CLEAN = frozenset({int, float, bool, type(None)})  # types of values in which nothing can be wrong
