"""Whoever waits for a job hears of its changes, and costs nothing while there are none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from service.database.session import create_engine, writing
from service.jobs.changes import ChangeWatcher, State
from tests.databases import KINDS
from tests.service.jobs.desk import Desk

pytestmark = pytest.mark.anyio
EVERYWHERE = pytest.mark.parametrize("url", KINDS, indirect=True)
QUIET = 0.3  # seconds without a question, several times what a watch that polls would let pass
LISTENERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'
"""


@pytest.fixture
async def theirs(url: str) -> AsyncIterator[Engine]:
    """The engine of the process that watches."""
    made = create_engine(url)
    yield made
    made.dispose()


@pytest.fixture
async def watch(theirs: Engine) -> AsyncIterator[ChangeWatcher]:
    """A watch on the test's database."""
    made = ChangeWatcher(theirs)
    yield made
    await made.close()


@contextmanager
def asked(engine: Engine) -> Iterator[list[Any]]:
    """The parameters of all statements in the block."""
    found: list[Any] = []

    def note(_connection: Any, _cursor: Any, _statement: str, parameters: Any, *_rest: Any) -> None:
        found.append(parameters)

    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


async def wait(watch: ChangeWatcher, job_id: str) -> asyncio.Task[State | None]:
    """Somebody who has seen a job as it is, and waits for its next change."""
    state = await watch.change(job_id, None)
    return asyncio.create_task(watch.change(job_id, state))


async def silence(engine: Engine, waiting: asyncio.Task[State | None]) -> None:
    """Return when for a while nothing was asked, as it must be when all that was before has been asked for."""
    async with asyncio.timeout(30):
        while True:
            with asked(engine) as questions:
                await asyncio.wait([waiting], timeout=QUIET)
            if not questions:
                return


@EVERYWHERE
async def test_a_change_is_told_to_all(watch: ChangeWatcher, desk: Desk) -> None:
    job_id = desk.queued()
    waiting = [await wait(watch, job_id) for _ in range(50)]
    await asyncio.to_thread(desk.claim, job_id)
    assert {state.status for state in await asyncio.gather(*waiting) if state} == {"running"}


@EVERYWHERE
async def test_what_was_before_is_told_at_once(watch: ChangeWatcher, desk: Desk) -> None:
    job_id = desk.queued()
    before = await watch.change(job_id, None)
    desk.claim(job_id)
    after = await watch.change(job_id, before)
    assert (before and before.status, after and after.status) == ("queued", "running")
    assert await watch.change("job_that_never_was", before) is None


@EVERYWHERE
async def test_nothing_is_asked_while_nothing_happens(watch: ChangeWatcher, theirs: Engine, desk: Desk) -> None:
    first, second = desk.queued(), desk.queued()
    heard, silent = await wait(watch, first), await wait(watch, second)
    await silence(theirs, silent)
    await asyncio.to_thread(desk.claim, first)
    await heard
    await silence(theirs, silent)
    await asyncio.to_thread(desk.claim, second)
    await silent


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_postgresql_says_which_job_it_was(watch: ChangeWatcher, theirs: Engine, desk: Desk) -> None:
    first, second = desk.queued(), desk.queued()
    heard, silent = await wait(watch, first), await wait(watch, second)
    await silence(theirs, silent)
    with asked(theirs) as questions:
        await asyncio.to_thread(desk.claim, first)
        await heard
    assert [first in parameters.values() for parameters in questions] == [True]
    silent.cancel()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_a_lost_connection_loses_no_change(watch: ChangeWatcher, desk: Desk) -> None:
    job_id = desk.queued()
    waiting = await wait(watch, job_id)
    async with asyncio.timeout(30):
        while not await asyncio.to_thread(deafen, desk.engine):
            continue
        await asyncio.to_thread(desk.claim, job_id)
        state = await waiting
    assert state is not None
    assert state.status == "running"


def deafen(engine: Engine) -> int:
    """End every connection that listens; how many there were."""
    with writing(engine) as session:
        return len(session.scalars(text(LISTENERS)).all())
