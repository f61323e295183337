"""Shares one LISTEN connection among all requests that wait for a job, preflight or submission to change."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Collection
from contextvars import Context
from dataclasses import dataclass
from typing import NamedTuple

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from sqlalchemy import Engine, func, select

from service.database.grading import SubmissionRow
from service.database.job_states import TERMINAL
from service.database.session import reading
from service.database.submission_states import TERMINAL as GRADED
from service.database.tables import EventRow, JobRow, PreflightRow
from service.ids import PREFLIGHT, SUBMISSION, Ids
from service.queue.notifications import NOTHING, Listener, listen

CHANNEL = "clinic_changes"  # on which PostgreSQL's triggers name what has changed
LISTEN = 1.0  # seconds of listening between two checks whether a request still waits
PAUSE = 0.05  # seconds after a query, within which changes are gathered for the next one
POLL = 30.0  # seconds after which the database is queried although it has notified nothing
OTHERS: tuple[tuple[Ids, type[PreflightRow | SubmissionRow]], ...] = (
    (PREFLIGHT, PreflightRow),
    (SUBMISSION, SubmissionRow),
)


class State(NamedTuple):
    """What of a row shows that it has changed."""

    status: str
    version: int
    last_event: int  # 0 before the first; only jobs have events


@dataclass
class _Waiter:
    job_id: str
    seen: State | None
    answer: asyncio.Future[State | None]


class ChangeWatcher:
    """Wakes requests when the row that they wait for has changed.

    However many requests wait, one thread and one connection listen to the database, and only rows that may have
    changed are read; while no request waits nothing is done. To be used within one event loop.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiters: list[_Waiter] = []
        self._listening: asyncio.Task[None] | None = None
        self._closing = threading.Event()

    async def change(self, job_id: str, seen: State | None) -> State | None:
        """The job's state as soon as it is not ``seen``; None when the job is gone.

        Raises:
            sqlalchemy.exc.OperationalError: the database cannot be queried.
        """
        waiter = _Waiter(job_id, seen, asyncio.get_running_loop().create_future())
        self._waiters.append(waiter)
        if self._listening is None or self._listening.done():  # it is part of no request
            self._listening = asyncio.create_task(self._listen_until_alone(), context=Context())
        try:
            await self._answer([waiter])  # of what was before it waited
            return await waiter.answer
        finally:
            self._waiters.remove(waiter)

    async def close(self) -> None:
        """Stop listening; requests that still wait are cancelled."""
        self._closing.set()
        for waiter in self._waiters:
            waiter.answer.cancel()
        if self._listening is not None:
            await self._listening  # its thread must have left the connection

    async def _listen_until_alone(self) -> None:
        listener: Listener | None = None
        listening = CapacityLimiter(1)  # none of the threads that answer requests
        clock = asyncio.get_running_loop().time
        queried = clock()
        while self._waiters and not self._closing.is_set():
            changed: frozenset[str] | None = None
            try:
                if listener is None:
                    listener = await run_sync(listen, self._engine, self._closing, CHANNEL)
                else:
                    changed = await run_sync(listener.wait, LISTEN, limiter=listening)
            except Exception as error:  # noqa: BLE001 - the waiting requests shall fail with it
                _fail(self._waiters, error)
                break
            if changed is None or clock() - queried > POLL:
                queried = clock()
                await self._answer(list(self._waiters))
            else:
                await self._answer([waiter for waiter in self._waiters if waiter.job_id in changed])
            if changed != NOTHING:
                await asyncio.sleep(PAUSE)
        if listener is not None:
            listener.close()

    async def _answer(self, waiters: list[_Waiter]) -> None:
        """Answer those of some waiters whose jobs have changed."""
        if not waiters:
            return
        try:
            states = await run_sync(self._ask, {waiter.job_id for waiter in waiters})
        except Exception as error:  # noqa: BLE001 - the waiting requests shall fail with it
            _fail(waiters, error)
            return
        for waiter in waiters:
            state = states.get(waiter.job_id)
            if state != waiter.seen and not waiter.answer.done():
                waiter.answer.set_result(state)

    def _ask(self, job_ids: Collection[str]) -> dict[str, State]:
        last_event = select(func.max(EventRow.id)).where(EventRow.job_id == JobRow.id).scalar_subquery()
        jobs = select(JobRow.id, JobRow.status, JobRow.version, last_event).where(JobRow.id.in_(job_ids))
        with reading(self._engine) as session:
            states = {row[0]: State(row[1], row[2], row[3] or 0) for row in session.execute(jobs)}
            for ids, rows in OTHERS:
                wanted = [name for name in job_ids if ids.fits(name)]
                if wanted:
                    found = session.execute(select(rows.id, rows.status, rows.version).where(rows.id.in_(wanted)))
                    states |= {row[0]: State(row[1], row[2], 0) for row in found}
        return states


async def wait_until_ended(watcher: ChangeWatcher, job_id: str, seconds: float) -> None:
    """Return when the job, preflight or submission has ended or is gone, or after ``seconds``."""
    state = None
    try:
        async with asyncio.timeout(seconds):
            while True:
                state = await watcher.change(job_id, state)
                if state is None or state.status in TERMINAL | GRADED:
                    return
    except TimeoutError:
        return


async def wait_until_all_ended(watcher: ChangeWatcher, live: Callable[[], list[str]], seconds: float) -> None:
    """Return when none of several jobs is live, or after ``seconds``.

    Args:
        watcher: of the changes.
        live: those that have not ended, the one that is likely to be the last at the end; called in a thread.
        seconds: the longest wait.
    """
    try:
        async with asyncio.timeout(seconds):
            while waiting := await run_sync(live):
                await wait_until_ended(watcher, waiting[-1], seconds)
    except TimeoutError:
        return


def _fail(waiters: list[_Waiter], error: Exception) -> None:
    for waiter in waiters:
        if not waiter.answer.done():
            waiter.answer.set_exception(error)
