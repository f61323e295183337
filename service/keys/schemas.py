"""The wire models of API keys."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

from models.frozen import Frozen
from service.http.scopes import Scope

ShortText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
OwnerName = Annotated[str, Field(max_length=64)]

KEY: dict[str, Any] = {
    "id": "key_01981d2b-7c2e-7b11-8f10-4f3a6f9d2c55",
    "name": "Ana",
    "scope": "student",
    "owner": "stu_4b0e8b7a26b0c2a1f6d3c3f0b8a9e7d5",
    "teacher": "local",
    "author": "s123",
    "prefix": "clinic_k3J9xQ",
    "created_at": "2026-03-01T09:00:00Z",
    "expires_at": None,
    "last_used_at": None,
    "links": {"self": "/api/v1/api-keys/key_01981d2b-7c2e-7b11-8f10-4f3a6f9d2c55"},
}


class KeyRequest(Frozen):
    """A key that is to be made."""

    scope: Annotated[Scope, Field(description="What it is for; each may do what the one before it may.")]
    name: Annotated[ShortText | None, Field(description="For people.")] = None
    owner: Annotated[
        OwnerName | None,
        Field(
            description="Whose rows a teacher's or operator's caller sees and makes. Without it an operator's key sees "
            "those of the caller, and a teacher's key new ones of its own.",
        ),
    ] = None
    teacher: Annotated[
        OwnerName | None, Field(description="A student's key: owner of the assignments; the caller's without it.")
    ] = None
    author: Annotated[
        ShortText | None, Field(description="A student's key: the name under which it submits; `name` without it.")
    ] = None
    expires_at: Annotated[AwareDatetime | None, Field(description="From when on it opens nothing.")] = None


class KeyLinks(Frozen):
    """Where a key is."""

    self: str


class ApiKey(Frozen):
    """A key, without its secret."""

    model_config = ConfigDict(json_schema_extra={"examples": [KEY]})

    id: str
    name: str | None
    scope: Scope
    owner: Annotated[str, Field(description="Whose rows its caller sees and makes.")]
    teacher: Annotated[str, Field(description="Owner of the assignments that its caller meets.")]
    author: Annotated[str | None, Field(description="Under whose name a student submits.")]
    prefix: Annotated[str, Field(description="How its secret begins.")]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: Annotated[datetime | None, Field(description="To about a minute.")]
    links: KeyLinks


class NewApiKey(ApiKey):
    """A key that was just made, with its secret: it is shown this once, and stored nowhere."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{**KEY, "secret": "clinic_k3J9xQ2n0c9Yb1mVb4uTt5pOe7aHf6sLd8gWiRzXyQE"}]}
    )

    secret: Annotated[str, Field(description="For `Authorization: Bearer …` or `X-API-Key`.")]
