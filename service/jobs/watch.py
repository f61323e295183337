"""One question to the database for all clients that wait for jobs, or preflights, to change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import NamedTuple

from anyio.to_thread import run_sync
from sqlalchemy import Engine, func, select

from service.database.session import reading
from service.database.tables import EventRow, JobRow, PreflightRow
from service.ids import PREFLIGHT
from service.jobs.states import TERMINAL

INTERVAL = 0.05  # seconds between two questions; with nobody waiting there are none


class State(NamedTuple):
    """What tells two moments of a job apart."""

    status: str
    version: int
    last_event: int  # 0 before the first; preflights have no events


@dataclass
class _Waiter:
    job_id: str
    seen: State | None
    answer: asyncio.Future[State | None]


class Watch:
    """Tells when a job has changed.

    However many clients wait, the database is asked once every ``INTERVAL``; neither a thread nor a connection is
    held between two questions. To be used within one event loop.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiters: list[_Waiter] = []
        self._asking: asyncio.Task[None] | None = None

    async def change(self, job_id: str, seen: State | None) -> State | None:
        """The job's state as soon as it is not ``seen``; None when the job is gone.

        Raises:
            sqlalchemy.exc.OperationalError: the database cannot be asked.
        """
        waiter = _Waiter(job_id, seen, asyncio.get_running_loop().create_future())
        self._waiters.append(waiter)
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask_until_alone())
        try:
            return await waiter.answer
        finally:
            self._waiters.remove(waiter)

    async def close(self) -> None:
        """Stop asking; whoever still waits is cancelled."""
        for waiter in self._waiters:
            waiter.answer.cancel()
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)

    async def _ask_until_alone(self) -> None:
        while self._waiters:
            asked = list(self._waiters)
            try:
                states = await run_sync(self._ask, {waiter.job_id for waiter in asked})
            except Exception as error:  # noqa: BLE001 - whoever waits shall hear of it
                _answer_all(asked, error)
            else:
                for waiter in asked:
                    state = states.get(waiter.job_id)
                    if state != waiter.seen and not waiter.answer.done():
                        waiter.answer.set_result(state)
            await asyncio.sleep(INTERVAL)

    def _ask(self, job_ids: Collection[str]) -> dict[str, State]:
        last_event = select(func.max(EventRow.id)).where(EventRow.job_id == JobRow.id).scalar_subquery()
        jobs = select(JobRow.id, JobRow.status, JobRow.version, last_event).where(JobRow.id.in_(job_ids))
        asked = [name for name in job_ids if PREFLIGHT.fits(name)]
        preflights = select(PreflightRow.id, PreflightRow.status, PreflightRow.version).where(
            PreflightRow.id.in_(asked)
        )
        with reading(self._engine) as session:
            states = {row[0]: State(row[1], row[2], row[3] or 0) for row in session.execute(jobs)}
            if asked:
                states |= {row[0]: State(row[1], row[2], 0) for row in session.execute(preflights)}
        return states


async def ended(watch: Watch, job_id: str, seconds: float) -> None:
    """Return when the job has ended or is gone, or after ``seconds``."""
    state = None
    try:
        async with asyncio.timeout(seconds):
            while True:
                state = await watch.change(job_id, state)
                if state is None or state.status in TERMINAL:
                    return
    except TimeoutError:
        return


async def all_ended(watch: Watch, live: Callable[[], list[str]], seconds: float) -> None:
    """Return when none of several jobs is live, or after ``seconds``.

    Args:
        watch: tells of changes.
        live: those that have not ended, the one that is likely to be the last at the end; called in a thread.
        seconds: the longest wait.
    """
    try:
        async with asyncio.timeout(seconds):
            while waiting := await run_sync(live):
                await ended(watch, waiting[-1], seconds)
    except TimeoutError:
        return


def _answer_all(waiters: list[_Waiter], error: Exception) -> None:
    for waiter in waiters:
        if not waiter.answer.done():
            waiter.answer.set_exception(error)
