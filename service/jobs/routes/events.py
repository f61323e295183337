"""Serves a job's events, as pages and as a stream."""

from __future__ import annotations

from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import Header, Query, Request
from sqlalchemy import Engine

from service.database.session import reading
from service.errors import Invalid, RequestViolation
from service.http.dependencies import DatabaseEngine, Owner
from service.http.openapi import problems
from service.http.pagination import Cursor, Page, cut, decode
from service.http.routing import api_router
from service.jobs.dependencies import CurrentWatcher
from service.jobs.events import stream
from service.jobs.queries import events_after, find
from service.jobs.routes.jobs import JobId
from service.jobs.schemas import Event

STREAM = "text/event-stream"
HEARTBEAT = 15  # seconds between two signs of life on a silent stream
LARGEST = 2**63 - 1
LONGEST = 18  # digits that stay below it

router = api_router("jobs")


@router.get(
    "/jobs/{job_id}/events",
    operation_id="list_job_events",
    response_model=Page[Event],
    responses={
        200: {
            "description": "A page of events; or, as an event stream, all of them as they happen, and `end` at last.",
            "content": {STREAM: {"schema": {"type": "string"}}},
        },
        **problems(404),
    },
)
async def list_job_events(
    job_id: JobId,
    request: Request,
    engine: DatabaseEngine,
    watcher: CurrentWatcher,
    owner: Owner,
    limit: Annotated[int, Query(ge=1, le=1000, description="At most so many events.")] = 100,
    cursor: Cursor = None,
    last_event_id: Annotated[str | None, Header(description="Resume a stream behind this event.")] = None,
) -> Any:
    """List a job's events, or follow them."""
    after = _position(decode(cursor), "cursor")
    if request.state.media_type != STREAM:
        return await run_sync(_page, engine, owner, job_id, after, limit)
    await run_sync(_page, engine, owner, job_id, LARGEST, 1)
    from sse_starlette.sse import EventSourceResponse

    after = max(after, _position(last_event_id, "Last-Event-ID"))
    return EventSourceResponse(
        stream(engine, watcher, job_id, after), ping=HEARTBEAT, headers={"Cache-Control": "no-store", "Vary": "Accept"}
    )


def _page(engine: Engine, owner: str, job_id: str, after: int, limit: int) -> Page[Event]:
    with reading(engine) as session:
        find(session, owner, job_id)
        rows = events_after(session, job_id, after, limit + 1)
        shown, following = cut(rows, limit, lambda row: str(row.id))
        return Page.of([Event(id=row.id, type=row.type, at=row.at, data=row.data) for row in shown], following)


def _position(text: str | None, parameter: str) -> int:
    if text is None or not text.strip():
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST):
        raise Invalid.of([RequestViolation("", f"not the id of an event: {text[:40]!r}", parameter=parameter)])
    return int(text)
