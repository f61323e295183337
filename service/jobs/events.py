"""Streams a job's events as server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator

import orjson
from anyio.to_thread import run_sync
from sqlalchemy import Engine
from sse_starlette.event import ServerSentEvent

from service.database.job_states import TERMINAL
from service.database.session import reading
from service.database.tables import JobRow
from service.jobs.changes import ChangeWatcher, State
from service.jobs.queries import events_after

BATCH = 500  # events read at once


async def stream(engine: Engine, watcher: ChangeWatcher, job_id: str, after: int) -> AsyncIterator[ServerSentEvent]:
    """Yield the events behind ``after``, past ones first, then each as it happens; at last ``end``.

    No thread and no connection is held while nothing happens.
    """
    state: State | None = None
    while True:
        status, events = await run_sync(_next, engine, job_id, after)
        for event in events:
            yield event
            after = int(event.id or after)
        if len(events) == BATCH:
            continue
        if status is None or status in TERMINAL:
            yield ServerSentEvent(orjson.dumps({"status": status}).decode(), event="end")
            return
        state = await watcher.change(job_id, state)


def _next(engine: Engine, job_id: str, after: int) -> tuple[str | None, list[ServerSentEvent]]:
    """Read the status before the events: after a terminal status no event is missing."""
    with reading(engine) as session:
        row = session.get(JobRow, job_id)
        status = None if row is None else row.status
        rows = events_after(session, job_id, after, BATCH)
        events = [ServerSentEvent(orjson.dumps(row.data).decode(), event=row.type, id=str(row.id)) for row in rows]
        return status, events
