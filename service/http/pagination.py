"""Lists by cursor: opaque to the client, stable while rows come and go."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, ConfigDict

from service.errors import Fault, Invalid

Item = TypeVar("Item")

Limit = Annotated[int, Query(ge=1, le=100, description="At most so many items.")]
Cursor = Annotated[str | None, Query(max_length=200, description="The `next_cursor` of the page before.")]


class Page(BaseModel, Generic[Item]):
    """One page of a list."""

    model_config = ConfigDict(frozen=True)

    data: Sequence[Item]
    has_more: bool
    next_cursor: str | None


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
        raise Invalid.of([Fault("", "not a cursor of this service", parameter="cursor")])
    return position
