"""Work that has lost its worker is found and given to another."""

from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from service.database.session import reading, writing
from service.experiments.trials import scheduling
from service.queue import agents, workflows
from service.queue.executor import Runtime
from service.queue.limits import Room
from service.settings import Settings
from service.worker import reconciliation, retention

logger = logging.getLogger(__name__)

RECONCILE = 5.0  # seconds between two comparisons of jobs and workflows
PRUNE = 60.0  # seconds between two removals of ended workflows
CLEAR = 60.0  # seconds between two looks for jobs that ended too long ago
KEPT = timedelta(minutes=10)  # for which an ended workflow stays, to be looked at


class Warden(threading.Thread):
    """Recovers what dead agents and lost answers leave behind, begins rounds of trials, and deletes what is too old.

    Args:
        engine: the database.
        agent_id: this agent.
        runtime: the queue.
        settings: how often agents beat, how many jobs may wait, and how long ended ones are kept.
        stopping: set when the agent shuts down.
    """

    def __init__(
        self, engine: Engine, agent_id: str, runtime: Runtime, settings: Settings, stopping: threading.Event
    ) -> None:
        super().__init__(name="warden", daemon=True)
        self._engine = engine
        self._agent_id = agent_id
        self._runtime = runtime
        self._interval = settings.heartbeat
        self._room = Room.of(settings)
        self._retention = None if settings.retention_days is None else timedelta(days=settings.retention_days)
        self._stopping = stopping
        self._called = threading.Event()
        self._strays: set[str] = set()  # of this agent, seen at the last round
        self._reconciled = self._pruned = self._cleared = float("-inf")

    def run(self) -> None:
        """Look after everything once each heartbeat, until the agent stops."""
        while True:
            try:
                self._round(time.monotonic())
            except SQLAlchemyError as error:
                logger.warning("the database does not answer: %s", error)
            except Exception:
                logger.exception("recovery failed; it is tried again")
            self._called.wait(self._interval)
            self._called.clear()
            if self._stopping.is_set():
                return

    def call(self) -> None:
        """Look after everything now; from any thread."""
        self._called.set()

    def _round(self, now: float) -> None:
        self._recover()
        scheduling.advance(self._engine, self._room)
        if now - self._reconciled > RECONCILE:
            reconciliation.reconcile(self._engine)
            self._reconciled = now
        if now - self._pruned > PRUNE:
            with writing(self._engine) as session:
                workflows.prune(session, KEPT)
            self._pruned = now
        if self._retention is not None and now - self._cleared > CLEAR:
            with writing(self._engine) as session:
                cleared = retention.clear(session, self._retention)
            if cleared < retention.AT_ONCE:  # else the next beat goes on: whoever died meanwhile must not wait
                self._cleared = now

    def _recover(self) -> None:
        with reading(self._engine) as session:
            living = {agent.id for agent in agents.living(session)}
            taken = workflows.taken(session)
        for job_id, agent_id in taken.items():
            if agent_id not in living:
                self._runtime.recover(job_id, agent_id)
        # A workflow is this agent's own and yet not running when the answer to its claim was lost, or no slot could
        # do it. Between a claim and its start it is not running either: only what stays so is a stray.
        mine = {job_id for job_id, agent_id in taken.items() if agent_id == self._agent_id}
        strays = mine - self._runtime.running()
        for job_id in strays & self._strays:
            self._runtime.recover(job_id, self._agent_id)
        self._strays = strays
