"""Reads the descriptions of a class and of its fields from its docstring."""

from __future__ import annotations

import inspect
import re

ENTRY = re.compile(r"^    (\w+): (.*)$")


def summary(cls: type) -> str:
    """The docstring up to its first section."""
    return _docstring(cls).partition("\n\nAttributes:\n")[0]


def attributes(cls: type) -> dict[str, str]:
    """The entries of the section ``Attributes``, each on one line; a class adds to those that it inherits."""
    found: dict[str, str] = {}
    for owner in reversed(cls.__mro__):
        _, _, section = _docstring(owner).partition("\n\nAttributes:\n")
        name = ""
        for line in section.partition("\n\n")[0].splitlines():
            if entry := ENTRY.match(line):
                name, found[entry[1]] = entry[1], entry[2]
            elif name:
                found[name] = f"{found[name]} {line.strip()}"
    return found


def _docstring(cls: type) -> str:
    """The class's own docstring, none of its bases."""
    return inspect.cleandoc(cls.__dict__.get("__doc__") or "")
