"""Pydantic's validation errors as faults with JSON pointers."""

from __future__ import annotations

from typing import Any

from fastapi.exceptions import RequestValidationError

from service.errors import Fault


def pointer(path: tuple[str | int, ...]) -> str:
    """The RFC 6901 pointer of ``path``.

    Example:
        >>> pointer(("rows", 3, "a/b"))
        '/rows/3/a~1b'
    """
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def place(path: tuple[str | int, ...], document: Any) -> tuple[str | int, ...]:
    """``path`` without the parts that name a member of a union instead of a place in ``document``.

    Example:
        >>> place(("check", "metric", "points"), {"check": {"type": "metric", "points": -1}})
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


def faults_of(error: RequestValidationError) -> list[Fault]:
    """One fault for each of Pydantic's errors."""
    faults = []
    for entry in error.errors():
        where, *path = entry["loc"]
        message = str(entry["msg"])
        if where == "body":
            faults.append(Fault(pointer(place(tuple(path), error.body)), message))
        else:
            faults.append(Fault("", message, parameter=str(path[0]) if path else None))
    return faults
