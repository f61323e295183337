"""Turns Pydantic's validation errors into violations with JSON pointers."""

from __future__ import annotations

from typing import Any

from fastapi.exceptions import RequestValidationError

from models.violation import Violation
from service.errors import MOST_VIOLATIONS, RequestViolation, capped


def document_path(path: tuple[str | int, ...], document: Any) -> tuple[str | int, ...]:
    """``path`` without the parts that name a member of a union instead of a position in ``document``.

    Example:
        >>> document_path(("check", "metric", "points"), {"check": {"type": "metric", "points": -1}})
        ('check', 'points')
    """
    found: list[str | int] = []
    for index, part in enumerate(path):
        members = dict(enumerate(document)) if isinstance(document, list) else document
        if isinstance(members, dict) and part in members:
            document = members[part]
        elif index < len(path) - 1 or not isinstance(members, dict):
            continue
        found.append(part)
    return tuple(found)


def violations_of(error: RequestValidationError) -> list[Violation]:
    """One violation for each of Pydantic's errors; of very many only the first ones, and their number."""
    violations: list[Violation] = []
    entries = error.errors()
    for entry in entries[: MOST_VIOLATIONS + 1]:
        where, *path = entry["loc"]
        message = str(entry["msg"])
        if where == "body":
            violations.append(Violation.at(document_path(tuple(path), error.body), message))
        else:
            violations.append(RequestViolation("", message, parameter=str(path[0]) if path else None))
    return capped(violations, len(entries))
