"""Words values and counts in the messages about specs."""

from __future__ import annotations

import json

from models.pointers import clean


def counted(count: int, noun: str) -> str:
    """A number of things.

    Example:
        >>> counted(1, "row"), counted(2, "class")
        ('1 row', '2 classes')
    """
    ending = "" if count == 1 else "es" if noun.endswith("s") else "s"
    return f"{count} {noun}{ending}"


def received(value: object) -> str:
    """A value in a few words, as JSON would write it."""
    if isinstance(value, str):
        shown = value if len(value) <= 40 else f"{value[:40]}…"
        return clean(json.dumps(shown, ensure_ascii=False))
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int):
        return str(value) if value.bit_length() < 100 else f"a whole number of {value.bit_length()} bits"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    return "an object" if isinstance(value, dict) else "something that is not JSON"
