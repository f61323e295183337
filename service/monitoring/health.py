"""Serves liveness and readiness."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from service.database.session import newest_revision, reading, stored_revision
from service.database.tables import JobRow
from service.errors import Unavailable
from service.http.dependencies import CurrentSettings, DatabaseEngine
from service.http.openapi import problems
from service.http.routing import Route
from service.queue import agents, limits
from service.settings import Settings

router = APIRouter(tags=["operations"], route_class=Route)


class Health(BaseModel):
    """All is well."""

    status: Literal["ok"] = "ok"


class Readiness(Health):
    """Requests can be answered."""

    warnings: Annotated[
        list[str], Field(description="What is wrong nevertheless, for which no other process would do better.")
    ]


@router.get("/livez", operation_id="get_liveness", response_model=Health)
async def livez() -> Health:
    """The process answers."""
    return Health()


@router.get("/readyz", operation_id="get_readiness", response_model=Readiness, responses=problems(503))
def readyz(engine: DatabaseEngine, settings: CurrentSettings) -> Readiness:
    """Database and schema are there, or 503 says what is not.

    That no agent is alive, or the queue is full, is a warning: what is stored can be read all the same.
    """
    try:
        with reading(engine) as session:
            stored, needed = stored_revision(session), newest_revision()
            if stored == needed:
                return Readiness(warnings=list(_warnings(session, settings)))
    except SQLAlchemyError:
        raise Unavailable("The database does not answer.", retry_after=1) from None
    found = f"is of schema revision {stored}" if stored else "has no schema"
    raise Unavailable(f"The database {found}, and {needed} is needed: `clinic migrate` brings it there.", retry_after=1)


def _warnings(session: Session, settings: Settings) -> Iterator[str]:
    if not agents.active(session, timedelta(seconds=settings.agent_timeout + settings.heartbeat)):
        yield "no agent is alive to train jobs"
    waiting = limits.count(session, JobRow)
    if waiting >= settings.max_queue:
        yield f"the queue is full: {waiting} jobs wait, and there is room for {settings.max_queue}"
