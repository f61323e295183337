"""Scopes are asked for before anything else of a request is looked at."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import Engine

from service.http.scopes import Scope
from tests.service.keys.callers import make
from tests.service.keys.test_identification import OPERATIONS

pytestmark = pytest.mark.anyio


async def test_a_scope_is_asked_for_before_the_body(client: httpx.AsyncClient, engine: Engine) -> None:
    """What may not be done is refused whatever is sent, and unread."""
    make(engine)
    _, student = make(engine, Scope.STUDENT, author="s1")
    closed = [
        (method, path)
        for method, path, operation in OPERATIONS
        if "403" in operation["responses"] and "requestBody" in operation
    ]
    assert closed

    read: list[bytes] = []

    async def body() -> AsyncIterator[bytes]:
        read.append(b"{}")
        yield b"{}"

    for method, path in closed:
        response = await client.request(method, path, content=body(), headers=student)
        assert response.status_code == 403, path
    assert not read
