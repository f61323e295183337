"""Documents that cannot train, each with the pointer to what is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.models.specs.broken_kinds import KINDS
from tests.models.specs.broken_ranges import RANGES
from tests.models.specs.broken_wholes import WHOLE
from tests.models.specs.documents import REMOVED, changed, circles


@dataclass(frozen=True)
class Broken:
    """A document and where it is wrong.

    Attributes:
        name: what is wrong.
        document: the JSON value.
        pointer: the place that one of its errors must name.
    """

    name: str
    document: Any
    pointer: str

    @property
    def strict(self) -> bool:
        """Whether the document can be sent as JSON at all: no NaN, no half surrogate pairs."""
        try:
            json.dumps(self.document, allow_nan=False, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            return False
        return True


def broken() -> Iterator[Broken]:
    """Every broken document."""
    for number, edit in enumerate([*KINDS, *RANGES]):
        pointer, value = edit[0], edit[1]
        shown = "removed" if value is REMOVED else _short(value)
        wrong = edit[2] if len(edit) == 3 else pointer
        yield Broken(f"{number}: {pointer} = {shown}", changed(circles(), pointer, value), wrong)
    for name, document, pointer in WHOLE:
        yield Broken(name, document, pointer)


def _short(value: Any) -> str:
    """A value in a test's name; deep values cannot be written at all, nor very large numbers."""
    if isinstance(value, int) and value.bit_length() > 100:
        return f"{value.bit_length()} bits"
    if isinstance(value, dict | list):
        return type(value).__name__ + str(len(value))
    return ascii(value)[:40]


BROKEN = tuple(broken())
