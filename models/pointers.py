"""Writes JSON pointers (RFC 6901), and finds out how far one leads into a document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jsonpointer import JsonPointer, escape


def pointer(path: Iterable[str | int]) -> str:
    """The keys on the way to a value as one string.

    Example:
        >>> pointer(["a/b", 0, "m~n"])
        '/a~1b/0/m~0n'
    """
    return "".join(f"/{escape(clean(str(key)))}" for key in path)


def tokens(given: str) -> list[str]:
    """The reference tokens of a pointer, without their escapes.

    Example:
        >>> tokens("/a~1b/0/m~0n")
        ['a/b', '0', 'm~n']
    """
    parts: list[str] = JsonPointer(given).parts
    return parts


def existing(given: str, document: object) -> str:
    """The beginning of a pointer that leads to something in ``document``.

    Defaults, and the insides of a shorthand, are in a spec and not in the document that it was read from.

    Example:
        >>> existing("/a/0/b", {"a": [1]})
        '/a/0'
    """
    path = tokens(given)
    value: Any = document
    for depth, key in enumerate(path):
        if isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        elif isinstance(value, dict) and key in value:
            value = value[key]
        else:
            return pointer(path[:depth])
    return given


def clean(text: str) -> str:
    """``text`` with half surrogate pairs replaced, so that it can be sent as UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")
