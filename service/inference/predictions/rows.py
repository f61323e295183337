"""Reads the rows of a JSON prediction request strictly, every violation with its JSON pointer."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

import numpy as np
import orjson

from models.pointers import pointer
from models.signature import Signature
from models.violation import Violation
from service.errors import MOST_VIOLATIONS, Invalid
from service.http.json import read as read_strictly
from service.inference.networks.preprocessing import Rows
from service.inference.predictions.schemas import MOST_ROWS

BLOCK = 2**16  # bytes of rows that are read together
BLANKS = re.compile(rb"[ \t\n\r]*")
LAYOUT = re.compile(rb'[ \t\n\r]*{[ \t\n\r]*"rows"[ \t\n\r]*:[ \t\n\r]*\[(.*)\][ \t\n\r]*}[ \t\n\r]*', re.DOTALL)
SEPARATOR = re.compile(rb"[ \t\n\r]*,")
LARGEST = float(np.finfo(np.float64).max)


def parse(body: bytes, signature: Signature) -> Rows:
    """The (N, D) float64 rows of a body that holds a :class:`.schemas.PredictionRequest`.

    Raises:
        Unreadable: it is not JSON.
        TooLarge: it holds more values than are read.
        Invalid: with the row and the column of each violation, as in ``/rows/3/1``.
    """
    rows = _plain(body)
    if rows is not None:
        _refuse_many("rows", len(rows))
        if rows.shape[1] != signature.n_features:
            detail = f"a row has {signature.n_features} numbers, received {rows.shape[1]}"
            raise Invalid.of([Violation(pointer(("rows", index)), detail) for index in range(len(rows))])
        return rows
    document, violations = read_strictly(body)
    _refuse(violations)
    return read(document, signature)


def _plain(body: bytes) -> Rows | None:
    """The rows of a body that holds nothing but finite numbers in rows of one length; None for any other.

    It has one text, the name of its only member, and none of JSON's words: nothing is left that the strict reader sees
    and this one does not. Rows are read some at a time, because Python's numbers take ten times the memory of NumPy's.
    """
    if body.count(b'"') != 2 or any(word in body for word in (b"true", b"false", b"null")):
        return None
    try:
        if len(body) <= BLOCK:
            return _numbers(orjson.loads(body)["rows"], None)
        layout = LAYOUT.fullmatch(body)
        return None if layout is None else _in_blocks(body, *layout.span(1))
    except (ValueError, KeyError, TypeError, OverflowError):
        return None


def _in_blocks(body: bytes, start: int, end: int) -> Rows | None:
    """The rows in a part of a body that holds rows and the commas between them."""
    _refuse_many("rows", body.count(b"]", start, end))
    numbers = np.empty(body.count(b",", start, end) + 1)
    filled, width = 0, None
    while start < end:
        # Each block ends where a row does; what is a list of lists on both sides of a comma is one on the whole.
        stop = body.find(b"]", start + BLOCK, end) + 1 or end
        rows = _numbers(orjson.loads(b"[%b]" % body[start:stop]), width)
        if rows is None:
            return None
        numbers[filled : filled + rows.size] = rows.ravel()
        filled, width = filled + rows.size, rows.shape[1]
        if BLANKS.fullmatch(body, stop, end):
            break
        gap = SEPARATOR.match(body, stop, end)
        if gap is None:
            return None
        start = gap.end()
    else:
        return None  # nothing follows the last comma
    return numbers.reshape(-1, width) if filled == len(numbers) else None


def _numbers(entries: Any, width: int | None) -> Rows | None:
    """Lists of ``width`` finite numbers, or of any one width, as an array; None for anything else."""
    (found,) = set(map(len, entries))
    if not found or width not in (None, found):
        return None
    numbers = np.fromiter(chain.from_iterable(entries), np.float64, len(entries) * found)
    return numbers.reshape(len(entries), found) if np.isfinite(numbers).all() else None


def read(document: Any, signature: Signature) -> Rows:
    """The (N, D) float64 rows of a :class:`.schemas.PredictionRequest`.

    Raises:
        Invalid: with the row and the column of each violation, as in ``/rows/3/1``.
    """
    member, entries = _only_member(document)
    _refuse([] if entries else [Violation(pointer((member,)), "at least one is needed")])
    _refuse_many(member, len(entries))
    if member == "records":
        _refuse(_record_violations(entries, signature.features))
        entries = [[record[name] for name in signature.features] for record in entries]
    else:
        _refuse(_width_violations(entries, signature.n_features))
    names: Sequence[str | int] = signature.features if member == "records" else range(signature.n_features)
    # Looking at each number in Python takes longer than the network does: first all types at once.
    if set(map(type, chain.from_iterable(entries))) <= {int, float}:
        try:
            rows = np.array(entries, np.float64)
        except OverflowError:  # an integer beyond all floats
            rows = np.full((1, 1), np.nan)
        if np.isfinite(rows).all():
            return rows
    _refuse(_number_violations(member, entries, names))
    raise AssertionError(entries)


def _only_member(document: Any) -> tuple[str, list[Any]]:
    if not isinstance(document, dict):
        raise Invalid.of([Violation("", "an object with the member rows or records is expected")])
    unknown = [name for name in document if name not in {"rows", "records"}]
    _refuse([Violation(pointer((name,)), "unknown member; known: rows, records") for name in unknown])
    if len(document) != 1:
        raise Invalid.of([Violation("", "give either rows or records")])
    ((member, entries),) = document.items()
    if not isinstance(entries, list):
        raise Invalid.of([Violation(pointer((member,)), "a list is expected")])
    return member, entries


def _refuse_many(member: str, count: int) -> None:
    if count > MOST_ROWS:
        detail = f"at most {MOST_ROWS} at once, received {count}; more may be sent as lines"
        raise Invalid.of([Violation(pointer((member,)), detail)])


def _width_violations(rows: list[Any], width: int) -> Iterator[Violation]:
    for index, row in enumerate(rows):
        if not isinstance(row, list):
            yield Violation(pointer(("rows", index)), f"a row is a list of {width} numbers")
        elif len(row) != width:
            yield Violation(pointer(("rows", index)), f"a row has {width} numbers, received {len(row)}")


def _record_violations(records: list[Any], features: list[str]) -> Iterator[Violation]:
    known = set(features)
    for index, record in enumerate(records):
        if not isinstance(record, dict):
            yield Violation(pointer(("records", index)), "a record is an object: column → number")
            continue
        for name in features:
            if name not in record:
                yield Violation(pointer(("records", index)), f"the column {name!r} is missing")
        for name in record:
            if name not in known:
                yield Violation(pointer(("records", index, name)), f"unknown column; known: {', '.join(features[:20])}")


def _number_violations(member: str, entries: list[list[Any]], names: Sequence[str | int]) -> Iterator[Violation]:
    for index, row in enumerate(entries):
        for name, value in zip(names, row, strict=True):
            position = pointer((member, index, name))
            if isinstance(value, bool) or not isinstance(value, int | float):
                yield Violation(position, f"a number is expected, received {_kind(value)}")
            elif (isinstance(value, float) and not math.isfinite(value)) or abs(value) > LARGEST:
                yield Violation(position, "the number is outside the range of float64")


def _kind(value: Any) -> str:
    kinds = {bool: "a boolean", str: "a string", list: "a list", dict: "an object"}
    return kinds.get(type(value), "null")


def _refuse(violations: Iterable[Violation]) -> None:
    found = list(islice(violations, MOST_VIOLATIONS))
    if found:
        raise Invalid.of(found)
