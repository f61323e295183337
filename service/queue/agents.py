"""The table of agents: who is alive."""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from service.database.tables import AgentRow

KEPT = timedelta(days=1)  # a tombstone stays longer than any process sleeps

UNKNOWN = "-"  # where the system tells too little to be sure


def machine() -> str:
    """A name that two processes share only if each can see whether the other's pid exists.

    That is: the same boot of the same kernel, and the same namespace of pids.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        space = Path("/proc/self/ns/pid").readlink()
    except OSError:  # not Linux
        return UNKNOWN
    return f"{socket.gethostname()} {boot} {space}"


def is_gone(host: str, pid: int) -> bool:
    """Whether a process is certainly dead: it ran where this one runs, and its pid is free."""
    if host == UNKNOWN or host != machine():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def enter(session: Session, agent_id: str, slots: int) -> None:
    """Announce this process, before it may own anything; tombstones of long ago are cleared away."""
    now = datetime.now(UTC)
    session.execute(delete(AgentRow).where(AgentRow.tombstoned_at < now - KEPT))
    session.execute(
        insert(AgentRow).values(id=agent_id, host=machine(), pid=os.getpid(), slots=slots, started_at=now, beat_at=now)
    )


def beat(session: Session, agent_id: str) -> bool:
    """Give a sign of life; False where another agent has declared this one dead."""
    beaten = session.execute(
        update(AgentRow)
        .where(AgentRow.id == agent_id, AgentRow.tombstoned_at.is_(None))
        .values(beat_at=datetime.now(UTC))
        .returning(AgentRow.id)
    ).one_or_none()
    return beaten is not None


def living(session: Session) -> list[AgentRow]:
    """The agents that nobody has declared dead."""
    return list(session.scalars(select(AgentRow).where(AgentRow.tombstoned_at.is_(None))))


def heard(session: Session, patience: timedelta) -> list[AgentRow]:
    """The agents that seem alive to one that only looks: their last beat is not older than ``patience``.

    An agent beats with its own clock, so some seconds of difference must not make it silent.
    """
    return [row for row in living(session) if datetime.now(UTC) - row.beat_at <= patience]


def bury(session: Session, agents: list[str]) -> None:
    """Declare agents dead: what they hold may be given to others, and they must end when they wake up."""
    session.execute(
        update(AgentRow)
        .where(AgentRow.id.in_(agents), AgentRow.tombstoned_at.is_(None))
        .values(tombstoned_at=datetime.now(UTC))
    )


def leave(session: Session, agent_id: str) -> None:
    """Take this process off the table, after its last write."""
    session.execute(delete(AgentRow).where(AgentRow.id == agent_id))
