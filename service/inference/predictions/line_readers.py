"""Reads rows that come as JSON or CSV lines, block by block.

A block is a few thousand lines, or fewer long ones: the memory that a body takes depends neither on its length nor on
that of its lines.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import AsyncIterator
from typing import Protocol

import numpy as np
import orjson

from models.pointers import pointer
from models.signature import Signature
from models.violation import Violation
from service.errors import MOST_VIOLATIONS, Invalid, Unreadable
from service.http.media_types import MediaType
from service.inference.networks.preprocessing import Rows
from service.inference.predictions.rows import LARGEST

BLOCK = 4096  # lines that are read together
BLOCK_BYTES = 2**20  # bytes of lines after which a block ends before that
LONGEST = 2**20  # bytes of a line
Numbered = list[tuple[int, str]]  # lines with their numbers, from 1


class Reader(Protocol):
    """Reads a block of lines."""

    def read(self, lines: Numbered, first: int) -> Rows:
        """The (n, D) rows of ``lines``, of which the first is row ``first`` of the body.

        Raises:
            Invalid: with row and column of each violation.
        """


async def blocks(chunks: AsyncIterator[bytes]) -> AsyncIterator[Numbered]:
    """Yield the lines of a body that are not empty, ``BLOCK`` of them or ``BLOCK_BYTES`` and a line at a time.

    Raises:
        Unreadable: the bytes are not UTF-8.
        Invalid: a line is too long.
    """
    rest, number, size = b"", 0, 0
    lines: Numbered = []
    async for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        if len(rest) > LONGEST:
            raise Invalid.of([Violation("", f"line {number + len(whole) + 1} has more than {LONGEST} bytes")])
        for line in whole:
            number += 1
            size += len(line)
            lines += _decoded(line, number)
            if len(lines) == BLOCK or size >= BLOCK_BYTES:
                if lines:
                    yield lines
                lines, size = [], 0
    lines += _decoded(rest, number + 1)
    if lines:
        yield lines


def _decoded(line: bytes, number: int) -> Numbered:
    try:
        text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
    except UnicodeDecodeError as error:
        raise Unreadable(f"Line {number} is not UTF-8: byte {error.start} cannot be decoded.") from error
    return [(number, text)] if text else []


class JsonReader:
    """Reads lines of JSON, each a list of numbers or an object: column → number."""

    def __init__(self, signature: Signature) -> None:
        self._features = signature.features
        self._known = frozenset(signature.features)

    def read(self, lines: Numbered, first: int) -> Rows:
        """The rows of some lines."""
        rows = self._plain([text for _, text in lines])
        if rows is not None:
            return rows
        violations: list[Violation] = []
        read: list[list[float]] = []
        for i, (number, text) in enumerate(lines):
            read.append(self._row(number, text, first + i, violations))
            if len(violations) > MOST_VIOLATIONS:
                break
        _refuse(violations)
        return np.array(read, np.float64)

    def _plain(self, texts: list[str]) -> Rows | None:
        """The rows of lines that are lists of finite numbers, all at once; None for any others.

        Each line has one bracket that opens, its first character: none can end what another has begun.
        """
        joined = ",".join(texts)
        if joined.count("[") != len(texts) or not all(text[0] == "[" for text in texts):
            return None
        if any(word in joined for word in ('"', "true", "false", "null")):
            return None
        try:
            rows = np.array(orjson.loads(f"[{joined}]"), np.float64)
        except (ValueError, TypeError, OverflowError):
            return None
        return rows if rows.shape == (len(texts), len(self._features)) and np.isfinite(rows).all() else None

    def _row(self, number: int, text: str, row: int, violations: list[Violation]) -> list[float]:
        position, line = ("rows", row), f"line {number}: "
        try:
            entry = json.loads(text, parse_constant=lambda name: name, object_pairs_hook=_members)
        except (ValueError, RecursionError) as error:
            violations.append(Violation(pointer(position), f"{line}is not JSON: {error}"))
            return []
        names: list[int | str] = list(range(len(self._features)))
        if isinstance(entry, dict):
            names = list(self._features)
            wrong = [f"the column {name!r} is missing" for name in names if name not in entry]
            wrong += [f"unknown column {name!r}" for name in entry if name not in self._known]
            if wrong:
                violations.append(Violation(pointer(position), line + wrong[0]))
                return []
            entry = [entry[name] for name in names]
        if not isinstance(entry, list) or len(entry) != len(names):
            violations.append(
                Violation(pointer(position), f"{line}a row is a list of {len(names)} numbers, or an object")
            )
            return []
        values: list[float] = []
        for name, value in zip(names, entry, strict=True):
            number_like = isinstance(value, int | float) and not isinstance(value, bool)
            finite = number_like and abs(value) <= LARGEST
            if not finite:
                detail = "the number is outside the range of float64" if number_like else "a number is expected"
                violations.append(Violation(pointer((*position, name)), line + detail))
            values.append(float(value) if finite else 0.0)
        return values


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is named twice")
    return members


class CsvReader:
    """Reads lines of CSV below a header that names the columns, in any order."""

    def __init__(self, signature: Signature) -> None:
        self._features = signature.features
        self._order: list[int] | None = None

    def read(self, lines: Numbered, first: int) -> Rows:
        """The rows of some lines."""
        if self._order is None:
            (number, header), *lines = lines
            self._order = self._columns(number, header)
        if not lines:
            return np.zeros((0, len(self._features)))
        try:
            text = io.StringIO("\n".join(text for _, text in lines))
            rows = np.loadtxt(text, delimiter=",", quotechar='"', comments=None, ndmin=2)
            if rows.shape == (len(lines), len(self._features)) and np.isfinite(rows).all():
                return rows[:, self._order]
        except ValueError:
            pass
        return self._one_by_one(lines, first)

    def _columns(self, number: int, header: str) -> list[int]:
        """The position in a line of each feature."""
        names = _fields(number, header, "")
        counts, known = Counter(names), set(self._features)
        details = [f"the column {name!r} is missing" for name in self._features if name not in counts]
        details += [f"unknown column {name!r}" for name in names if name not in known]
        details += [f"the column {name!r} is named twice" for name, count in counts.items() if count > 1]
        if details:
            raise Invalid.of([Violation("", f"line {number}: {detail}") for detail in details])
        positions = {name: index for index, name in enumerate(names)}
        return [positions[name] for name in self._features]

    def _one_by_one(self, lines: Numbered, first: int) -> Rows:
        """The rows of lines that cannot be read all at once, most often because something is wrong with them."""
        assert self._order is not None
        names = [name for _, name in sorted(zip(self._order, self._features, strict=True))]
        rows: list[list[float]] = []
        violations: list[Violation] = []
        for row, (number, text) in enumerate(lines, start=first):
            fields = _fields(number, text, pointer(("rows", row)))
            if len(fields) != len(names):
                detail = f"line {number}: a row has {len(names)} numbers, received {len(fields)}"
                violations.append(Violation(pointer(("rows", row)), detail))
                continue
            values = [_number(field) for field in fields]
            rows.append([0.0 if value is None else value for value in values])
            for name, field, value in zip(names, fields, values, strict=True):
                if value is None:
                    detail = f"line {number}: a finite number is expected, received {field[:40]!r}"
                    violations.append(Violation(pointer(("rows", row, name)), detail))
            if len(violations) >= MOST_VIOLATIONS:
                break
        _refuse(violations)
        return np.array(rows)[:, self._order]


def _fields(number: int, line: str, position: str) -> list[str]:
    """The fields of a line of CSV.

    Raises:
        Invalid: it is no such line.
    """
    if "\r" in line:
        raise Invalid.of([Violation(position, f"line {number}: a carriage return is not followed by a line feed")])
    try:
        return next(csv.reader([line], skipinitialspace=True), [])
    except csv.Error as error:
        raise Invalid.of([Violation(position, f"line {number}: is not CSV: {error}")]) from error


def _number(field: str) -> float | None:
    """The finite number that a field holds, None if it holds none."""
    try:
        found = np.loadtxt([field], delimiter=",", comments=None, ndmin=1) if field.strip() else np.zeros(0)
    except ValueError:
        return None
    return float(found[0]) if found.shape == (1,) and np.isfinite(found[0]) else None


def _refuse(violations: list[Violation]) -> None:
    if violations:
        raise Invalid.of(violations[:MOST_VIOLATIONS])


READERS: dict[MediaType, type[JsonReader | CsvReader]] = {MediaType.LINES: JsonReader, MediaType.CSV: CsvReader}
