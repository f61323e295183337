"""Pages lists by cursor: opaque to the client, stable while rows come and go."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, ConfigDict

from service.errors import Invalid, RequestViolation

Item = TypeVar("Item")
Row = TypeVar("Row")

Limit = Annotated[int, Query(ge=1, le=100, description="At most so many items.")]
Cursor = Annotated[str | None, Query(max_length=200, description="The `next_cursor` of the page before.")]


class Page(BaseModel, Generic[Item]):
    """One page of a list."""

    model_config = ConfigDict(frozen=True)

    data: Sequence[Item]
    has_more: bool
    next_cursor: str | None

    @classmethod
    def of(cls, data: Sequence[Item], next_cursor: str | None) -> Page[Item]:
        """A page before the one that ``next_cursor`` leads to; the last one without it."""
        return cls(data=data, has_more=next_cursor is not None, next_cursor=next_cursor)


def cut(rows: Sequence[Row], limit: int, position: Callable[[Row], str]) -> tuple[Sequence[Row], str | None]:
    """Up to ``limit`` of the rows, and the cursor of what follows them where there is more.

    Args:
        rows: one more than are shown, where there are so many.
        limit: how many are shown.
        position: of a row in the list.
    """
    shown = rows[:limit]
    return shown, encode(position(shown[-1])) if len(rows) > limit else None


def encode(position: str) -> str:
    """The cursor of what follows ``position``."""
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")


def decode(cursor: str | None) -> str | None:
    """The position that ``cursor`` names.

    Raises:
        Invalid: it is not one of our cursors.
    """
    if cursor is None:
        return None
    try:
        position = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        position = ""
    if not position.isprintable() or not position:
        raise Invalid.of([RequestViolation("", "not a cursor of this service", parameter="cursor")])
    return position
