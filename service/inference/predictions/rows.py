"""Reads the rows of a JSON prediction request strictly, every violation with its JSON pointer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np
import orjson

from models.pointers import pointer
from models.signature import Signature
from models.violation import Violation
from service.errors import Invalid
from service.http.json import read as read_strictly
from service.inference.networks.preprocessing import Rows
from service.inference.predictions.schemas import MOST_ROWS

MOST_VIOLATIONS = 100
LARGEST = float(np.finfo(np.float64).max)


def parse(body: bytes, signature: Signature) -> Rows:
    """The (N, D) float64 rows of a body that holds a :class:`.schemas.PredictionRequest`.

    Raises:
        Unreadable: it is not JSON.
        Invalid: with the row and the column of each violation, as in ``/rows/3/1``.
    """
    rows = _plain(body)
    if rows is not None and rows.shape[1] == signature.n_features and len(rows) <= MOST_ROWS:
        return rows
    document, violations = read_strictly(body)
    _refuse(violations)
    return read(document, signature)


def _plain(body: bytes) -> Rows | None:
    """The rows of a body that holds nothing but finite numbers in rows of one length; None for any other.

    It has one text, the name of its only member, and none of JSON's words: nothing is left that the strict reader sees
    and this one does not.
    """
    if body.count(b'"') != 2 or any(word in body for word in (b"true", b"false", b"null")):
        return None
    try:
        entries = orjson.loads(body)["rows"]
        (width,) = set(map(len, entries))
        numbers = np.fromiter(chain.from_iterable(entries), np.float64, len(entries) * width)
    except (ValueError, KeyError, TypeError, OverflowError):
        return None
    return numbers.reshape(len(entries), width) if width and np.isfinite(numbers).all() else None


def read(document: Any, signature: Signature) -> Rows:
    """The (N, D) float64 rows of a :class:`.schemas.PredictionRequest`.

    Raises:
        Invalid: with the row and the column of each violation, as in ``/rows/3/1``.
    """
    member, entries = _only_member(document)
    _refuse([] if entries else [Violation(pointer((member,)), "at least one is needed")])
    if len(entries) > MOST_ROWS:
        detail = f"at most {MOST_ROWS} at once, received {len(entries)}; more may be sent as lines"
        raise Invalid.of([Violation(pointer((member,)), detail)])
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


def _refuse(violations: Iterator[Violation] | list[Violation]) -> None:
    found = [violation for violation, _ in zip(violations, range(MOST_VIOLATIONS), strict=False)]
    if found:
        raise Invalid.of(found)
