"""Turns key rows into the documents that clients see."""

from __future__ import annotations

from typing import Any

from service.database.keys import ApiKeyRow
from service.http.routing import PREFIX
from service.keys.schemas import ApiKey, KeyLinks


def path_of(key_id: str) -> str:
    """The URL path of a key."""
    return f"{PREFIX}/api-keys/{key_id}"


def members_of(row: ApiKeyRow) -> dict[str, Any]:
    """The members of an :class:`ApiKey`."""
    members = {name: getattr(row, name) for name in ApiKey.model_fields if name != "links"}
    return {**members, "links": KeyLinks(self=path_of(row.id))}


def view(row: ApiKeyRow) -> ApiKey:
    """The key, without its secret."""
    return ApiKey(**members_of(row))
