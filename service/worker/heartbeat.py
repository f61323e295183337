"""An agent's heartbeat, and its judgement on those of others."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from service.database.session import writing
from service.queue import agents
from service.settings import Settings
from service.worker.lookout import Lookout

logger = logging.getLogger(__name__)

TOMBSTONED = 70  # exit code of an agent that learns that it is dead


class Pulse(threading.Thread):
    """Beats into the table of agents, declares silent agents dead, and ends this process when it was declared dead.

    An agent judges others only by what it has watched without a gap: a beat of its own that failed, or came late
    because the database or this very process stood still, makes it begin to watch anew.

    Args:
        engine: the database.
        agent_id: whose beats they are.
        settings: interval and timeout.
        stopping: set when the agent shuts down.
        bereaved: called when an agent was declared dead.
    """

    def __init__(
        self,
        engine: Engine,
        agent_id: str,
        settings: Settings,
        stopping: threading.Event,
        bereaved: Callable[[], None],
    ) -> None:
        super().__init__(name="pulse", daemon=True)
        self._engine = engine
        self._agent_id = agent_id
        self._interval = settings.heartbeat
        self._timeout = settings.agent_timeout
        self._lookout = Lookout(settings.agent_timeout)
        self._stopping = stopping
        self._bereaved = bereaved
        self._last = time.monotonic()

    def run(self) -> None:
        """Beat until the agent stops."""
        while not self._stopping.is_set():
            try:
                self._beat()
            except SQLAlchemyError as error:
                self._lookout.forget()
                logger.warning("no heartbeat: the database does not answer: %s", error)
            self._stopping.wait(self._interval)

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
            self._lookout.forget()
        self._last = now
        silent = self._lookout.silent({row.id: row.beat_at for row in others}, now)
        silent += [row.id for row in others if row.id not in silent and agents.is_gone(row.host, row.pid)]
        if silent:
            logger.warning("silent agents are taken for dead: %s", ", ".join(silent))
            with writing(self._engine) as session:
                agents.tombstone(session, silent)
            self._bereaved()
