"""Tells by its exit code whether an agent of this machine is alive: ``python -m service.worker.healthcheck``."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from service.database.session import create_engine, reading
from service.database.tables import AgentRow
from service.environment import WrongSettings, read
from service.queue.agents import machine


def is_alive(engine: Engine, patience: timedelta) -> bool:
    """Whether an agent that sees the same processes as this one has sent a heartbeat within ``patience``.

    Its clock is this one's, so that times may be compared.
    """
    since = datetime.now(UTC) - patience
    here = AgentRow.host == machine(), AgentRow.tombstoned_at.is_(None), AgentRow.beat_at > since
    with reading(engine) as session:
        return session.scalar(select(AgentRow.id).where(*here).limit(1)) is not None


if __name__ == "__main__":
    try:
        chosen = read()
    except WrongSettings as error:
        sys.exit(str(error))
    try:
        alive = is_alive(create_engine(chosen), timedelta(seconds=chosen.agent_timeout + chosen.heartbeat))
    except SQLAlchemyError as error:
        sys.exit(f"the database does not answer: {error}")
    sys.exit(not alive)
