"""Keys for tests, and what a caller sends with them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine

from service.database.session import writing
from service.http.scopes import LOCAL, Scope
from service.keys.operations import create
from service.keys.schemas import ApiKey, KeyRequest
from service.keys.view import view

KEYS = "/api/v1/api-keys"

Headers = dict[str, str]


def make(engine: Engine, scope: Scope = Scope.OPERATOR, **members: Any) -> tuple[ApiKey, Headers]:
    """A key that an operator makes, and the header that carries it."""
    with writing(engine) as session:
        row, secret = create(session, LOCAL, KeyRequest(scope=scope, **members))
        return view(row), bearing(secret)


def bearing(secret: str) -> Headers:
    """The header that carries a secret."""
    return {"Authorization": f"Bearer {secret}"}
