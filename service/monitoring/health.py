"""Serves liveness and readiness."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import text
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

LEAST_SPACE = 256 * 2**20  # bytes of a disk, about the results of a thousand trainings

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

    That no agent is alive, the queue or the disk is full, or the database can only be read, is a warning: what is
    stored can be read all the same.
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


def _file_warnings(file: Path) -> Iterator[str]:
    if not (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)):
        yield "the database can only be read"
    free = shutil.disk_usage(file.parent).free
    if free < LEAST_SPACE:
        yield f"the disk of the database is nearly full: {free // 2**20} MB are left"


def _warnings(session: Session, settings: Settings) -> Iterator[str]:
    file = session.get_bind().engine.url.database
    if session.get_bind().dialect.name == "sqlite" and file:
        yield from _file_warnings(Path(file))
    elif session.scalar(text("SELECT current_setting('default_transaction_read_only') = 'on' OR pg_is_in_recovery()")):
        yield "the database can only be read"
    if not agents.active(session, timedelta(seconds=settings.agent_timeout + settings.heartbeat)):
        yield "no agent is alive to train jobs"
    waiting = limits.count(session, JobRow)
    if waiting >= settings.max_queue:
        yield f"the queue is full: {waiting} jobs wait, and there is room for {settings.max_queue}"
