"""Reads and writes strict JSON (RFC 8259, RFC 7493)."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import orjson
from starlette.responses import Response

from models.pointers import pointer
from models.violation import Violation
from service.errors import Unreadable

MAX_DEPTH = 200  # far above what any document of ours needs, far below what exhausts the stack
SUSPICIOUS = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")  # escapes of characters that no database and no UTF-8 can hold


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


class _Repeating(dict[str, Any]):
    """An object that names a member twice."""

    names: list[str]


def read(body: bytes) -> tuple[Any, list[Violation]]:
    """Read the document in ``body``, and list what is wrong in it although it can be read.

    Raises:
        Unreadable: it is not JSON in UTF-8, or nested deeper than ``MAX_DEPTH`` levels.

    Example:
        >>> read(b'{"a": [1, NaN]}')[1]
        [Violation(pointer='/a/1', detail='NaN is not a JSON number')]
    """
    flags: list[object] = []

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        document = dict(pairs)
        if len(document) == len(pairs):
            return document
        repeating = _Repeating(document)
        repeating.names = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
        flags.append(repeating)
        return repeating

    def constant(text: str) -> float:
        flags.append(text)
        return _Constant(text)

    text = _decode(body)
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
    violations = list(_violations(document)) if flags or SUSPICIOUS.search(text) else []
    return document, violations


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
        case str() if not _storable(document):
            yield Violation(pointer(path), "the text holds U+0000 or half of a surrogate pair")
        case dict():
            if isinstance(document, _Repeating):
                yield from (Violation(pointer((*path, name)), "the member is named twice") for name in document.names)
            for name, value in document.items():
                if _storable(name):
                    yield from _violations(value, (*path, name))
                else:
                    yield Violation(pointer(path), "a member's name holds U+0000 or half of a surrogate pair")
        case list():
            for index, value in enumerate(document):
                yield from _violations(value, (*path, index))
        case _:
            pass


def _storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
