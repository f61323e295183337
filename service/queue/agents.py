"""Registers agents and their heartbeats in a table, and reads from it which of them are alive."""

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

    That is: the same boot of the same kernel, and the same namespace of pids. psutil knows neither: its ``boot_time``
    is the same for two containers of one host, may be that of two hosts, and moves when the clock is set.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        namespace = Path("/proc/self/ns/pid").readlink()
    except OSError:  # not Linux: an agent is then taken for dead only after its silence
        return UNKNOWN
    return f"{socket.gethostname()} {boot} {namespace}"


def is_gone(host: str, pid: int) -> bool:
    """Whether a process is certainly dead: it ran where this one runs, and its pid is free.

    The system is asked, and not ``psutil.pid_exists``: that reads ``/proc``, where other users' processes may be hidden
    (``hidepid``), and would then take an agent of theirs for dead.
    """
    if host == UNKNOWN or host != machine():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def register(session: Session, agent_id: str, slots: int) -> None:
    """Insert this process, before it may own anything; tombstones of long ago are deleted."""
    now = datetime.now(UTC)
    session.execute(delete(AgentRow).where(AgentRow.tombstoned_at < now - KEPT))
    session.execute(
        insert(AgentRow).values(id=agent_id, host=machine(), pid=os.getpid(), slots=slots, started_at=now, beat_at=now)
    )


def heartbeat(session: Session, agent_id: str) -> bool:
    """Store a heartbeat; False where another agent has declared this one dead."""
    stored = session.execute(
        update(AgentRow)
        .where(AgentRow.id == agent_id, AgentRow.tombstoned_at.is_(None))
        .values(beat_at=datetime.now(UTC))
        .returning(AgentRow.id)
    ).one_or_none()
    return stored is not None


def alive(session: Session) -> list[AgentRow]:
    """The agents that nobody has declared dead."""
    return list(session.scalars(select(AgentRow).where(AgentRow.tombstoned_at.is_(None))))


def active(session: Session, patience: timedelta) -> list[AgentRow]:
    """The agents whose last heartbeat is not older than ``patience``, for readers that watch no longer than a moment.

    A heartbeat carries its agent's clock, so ``patience`` must allow for some seconds of difference.
    """
    return [row for row in alive(session) if datetime.now(UTC) - row.beat_at <= patience]


def tombstone(session: Session, agent_ids: list[str]) -> None:
    """Declare agents dead: what they hold may be given to others, and they must end when they wake up."""
    session.execute(
        update(AgentRow)
        .where(AgentRow.id.in_(agent_ids), AgentRow.tombstoned_at.is_(None))
        .values(tombstoned_at=datetime.now(UTC))
    )


def deregister(session: Session, agent_id: str) -> None:
    """Delete this process's row, after its last write."""
    session.execute(delete(AgentRow).where(AgentRow.id == agent_id))
