"""What a process knows of keys without asking each time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, event, select, text

from service.database.keys import ApiKeyRow
from service.database.session import reading, writing
from service.errors import DatabaseUnreachable
from service.http.scopes import LOCAL, Scope
from service.keys import keyring as module
from service.keys.keyring import Keyring
from service.keys.operations import delete_all, revoke
from service.keys.secrets import new_secret
from tests.databases import KINDS
from tests.service.keys.callers import make

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("url", KINDS, indirect=True)]


@pytest.fixture
async def keyring(engine: Engine) -> AsyncIterator[Keyring]:
    """What one process knows."""
    made = Keyring(engine)
    yield made
    await made.close()


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """What is asked of the database in the block."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def secret_of(headers: dict[str, str]) -> str:
    return headers["Authorization"].removeprefix("Bearer ")


def used(engine: Engine) -> datetime | None:
    with reading(engine) as session:
        return session.scalars(select(ApiKeyRow.last_used_at)).one()


async def test_a_known_secret_is_not_asked_for_again(keyring: Keyring, engine: Engine) -> None:
    key, headers = make(engine, Scope.STUDENT, author="s1")
    first = await keyring.caller(secret_of(headers))
    assert first is not None
    assert (first.key_id, first.owner, first.teacher, first.author) == (key.id, key.owner, "local", "s1")
    await keyring.close()  # its use is written down
    await keyring.caller(None)
    keyring._known[None].until = time.monotonic() + 60
    for known in keyring._known.values():
        known.until = time.monotonic() + 60
    with statements(engine) as seen:
        assert await keyring.caller(secret_of(headers)) == first
        assert await keyring.caller(None) is None
        assert await keyring.caller("guess") is None
    assert seen == []


async def test_what_another_process_changes_is_seen_soon(keyring: Keyring, engine: Engine) -> None:
    assert await keyring.caller(None) is LOCAL
    key, headers = make(engine)

    async def until_it_is(expected: str | None, secret: str | None) -> None:
        """Ask again until the id of the caller's key is the expected one."""
        ends = time.monotonic() + 60
        while (found := await keyring.caller(secret)) is LOCAL or (found and found.key_id) != expected:
            assert time.monotonic() < ends
            await asyncio.sleep(0.02)

    await until_it_is(None, None)
    await until_it_is(key.id, secret_of(headers))
    with writing(engine) as session:
        revoke(session.get_one(ApiKeyRow, key.id))
    await until_it_is(None, secret_of(headers))
    with writing(engine) as session:
        assert delete_all(session) == 1
    ends = time.monotonic() + 60
    while await keyring.caller(None) is not LOCAL:
        assert time.monotonic() < ends
        await asyncio.sleep(0.02)


async def test_guesses_push_nothing_out(keyring: Keyring, engine: Engine) -> None:
    _, headers = make(engine)
    await keyring.caller(secret_of(headers))
    known = dict(keyring._known)
    for _ in range(5):
        assert await keyring.caller(new_secret()) is None
    assert keyring._known == known


async def test_its_use_is_noted_once_a_minute(keyring: Keyring, engine: Engine) -> None:
    key, headers = make(engine)
    assert used(engine) is None
    for _ in range(3):
        keyring.forget()
        await keyring.caller(secret_of(headers))
    await keyring.close()
    first = used(engine)
    assert first is not None
    keyring.forget()
    await keyring.caller(secret_of(headers))
    await keyring.close()
    assert used(engine) == first
    with writing(engine) as session:
        session.get_one(ApiKeyRow, key.id).last_used_at = first - timedelta(minutes=2)
    keyring.forget()
    await keyring.caller(secret_of(headers))
    await keyring.close()
    later = used(engine)
    assert later is not None
    assert first <= later <= datetime.now(UTC)


async def test_while_the_database_is_silent_what_is_known_is_believed(
    keyring: Keyring, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, headers = make(engine)
    _, unseen = make(engine)
    _, brief = make(engine, expires_at=datetime.now(UTC) + timedelta(seconds=1))
    assert await keyring.caller(secret_of(headers)) is not None
    assert await keyring.caller(None) is None
    assert await keyring.caller(secret_of(brief)) is not None
    await keyring.close()
    monkeypatch.setattr(module, "FRESH", 0.0)
    for known in keyring._known.values():
        known.until = 0
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE api_keys RENAME TO lost"))
    assert await keyring.caller(secret_of(headers)) is not None
    assert await keyring.caller(None) is None
    with pytest.raises(DatabaseUnreachable):
        await keyring.caller(secret_of(unseen))
    ends = time.monotonic() + 60
    while await keyring.caller(secret_of(brief)) is not None:  # but nothing outlives its time
        assert time.monotonic() < ends
