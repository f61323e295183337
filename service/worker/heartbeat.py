"""Sends an agent's heartbeat, and declares other agents dead that send none."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine

from service.database.session import writing
from service.queue import agents
from service.settings import Settings

logger = logging.getLogger(__name__)

TOMBSTONED = 70  # exit code of an agent that learns that it is dead


class Heartbeat:
    """Stores this agent's heartbeat, declares silent agents dead, and ends this process when it was declared dead.

    An agent judges others only by what it has watched without a gap: a heartbeat of its own that failed, or came late
    because the database or this very process stood still, makes it begin to watch anew.

    Args:
        engine: the database.
        agent_id: of this agent.
        settings: interval and timeout.
        on_death: called when another agent was declared dead.
    """

    def __init__(self, engine: Engine, agent_id: str, settings: Settings, on_death: Callable[[], None]) -> None:
        self._engine = engine
        self._agent_id = agent_id
        self._interval = settings.heartbeat
        self._timeout = settings.agent_timeout
        self._detector = FailureDetector(settings.agent_timeout)
        self._on_death = on_death
        self._last = time.monotonic()

    def beat(self) -> None:
        """Send one heartbeat, and look at those of the others."""
        try:
            self._beat()
        except Exception:
            self._detector.forget()
            raise

    def _beat(self) -> None:
        with writing(self._engine) as session:
            alive = agents.heartbeat(session, self._agent_id)
            others = [row for row in agents.alive(session) if row.id != self._agent_id]
        if not alive:
            logger.error("this agent was silent for too long and has been replaced; it ends")
            logging.shutdown()
            os._exit(TOMBSTONED)  # at once, and the children with it: its jobs are others' by now
        now = time.monotonic()
        if now - self._last > self._timeout / 2 + self._interval:
            self._detector.forget()
        self._last = now
        silent = self._detector.silent({row.id: row.beat_at for row in others}, now)
        silent += [row.id for row in others if row.id not in silent and agents.is_gone(row.host, row.pid)]
        if silent:
            logger.warning("silent agents are taken for dead: %s", ", ".join(silent))
            with writing(self._engine) as session:
                agents.tombstone(session, silent)
            self._on_death()


class FailureDetector:
    """Tells by the heartbeats of other agents which of them have fallen silent.

    A heartbeat's time is only ever compared with the same agent's earlier one, never with a clock: machines disagree
    about the time. An agent is silent when its heartbeat has not changed for ``timeout`` seconds of watching, by this
    process's own clock.

    Args:
        timeout: seconds.

    Example:
        >>> from datetime import UTC
        >>> detector, beat = FailureDetector(4.0), datetime(2026, 1, 1, tzinfo=UTC)
        >>> [detector.silent({"agent": beat}, now) for now in (10.0, 13.9, 14.1)]
        [[], [], ['agent']]
    """

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._seen: dict[str, tuple[datetime, float]] = {}  # the heartbeat, and when it was first seen

    def silent(self, beats: dict[str, datetime], now: float) -> list[str]:
        """The agents that are silent at ``now``.

        Args:
            beats: the last heartbeat of every agent that is watched.
            now: a monotonic time in seconds.
        """
        seen = {}
        for agent, beat in beats.items():
            before = self._seen.get(agent)
            seen[agent] = before if before is not None and before[0] == beat else (beat, now)
        self._seen = seen
        return [agent for agent, (_, since) in seen.items() if now - since > self._timeout]

    def forget(self) -> None:
        """Begin to watch anew, after a time in which this process could not."""
        self._seen = {}
