"""Whether this process lives, and whether it can do its work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from service.database.session import newest_revision, reading, stored_revision
from service.database.tables import AgentRow
from service.errors import Unavailable
from service.http.dependencies import CurrentSettings, DatabaseEngine
from service.http.openapi import problems
from service.http.routing import Route
from service.settings import Settings

router = APIRouter(tags=["operations"], route_class=Route)


class Health(BaseModel):
    """All is well."""

    status: Literal["ok"] = "ok"


@router.get("/livez", operation_id="get_liveness", response_model=Health)
async def livez() -> Health:
    """The process answers."""
    return Health()


@router.get("/readyz", operation_id="get_readiness", response_model=Health, responses=problems(503))
def readyz(engine: DatabaseEngine, settings: CurrentSettings) -> Health:
    """Database, schema and at least one agent are there; 503 says what is not."""
    missing = list(_missing(engine, settings))
    if missing:
        raise Unavailable("; ".join(missing) + ".", retry_after=1)
    return Health()


def _missing(engine: Engine, settings: Settings) -> Iterator[str]:
    # An agent beats with its own clock: some seconds of difference do not make it silent.
    patience = timedelta(seconds=settings.agent_timeout + settings.heartbeat)
    try:
        with reading(engine) as session:
            stored, needed = stored_revision(session), newest_revision()
            if stored != needed:
                yield f"the database has schema revision {stored or 'none'}, and {needed} is needed"
                return
            beats = select(func.max(AgentRow.beat_at)).where(AgentRow.tombstoned_at.is_(None))
            beat = session.scalar(beats)
    except SQLAlchemyError:
        yield "the database does not answer"
        return
    if beat is None or datetime.now(UTC) - beat > patience:
        yield "no agent is alive to train jobs"
