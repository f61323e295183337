"""Recovers work that has lost its agent or its workflow: another agent can take it again."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from service.database.job_states import LIVE
from service.database.session import reading, writing
from service.database.tables import JobRow
from service.queue import agents, workflows
from service.queue.executor import Executor
from service.telemetry import logs
from service.worker.attempts import attempts_at

logger = logging.getLogger(__name__)

KEPT = timedelta(minutes=10)  # for which an ended workflow stays, to be looked at
LOST = {
    "type": "lost",
    "title": "It could not be brought to an end",
    "detail": "It was started again and again, and no start came to an end.",
}


class Recovery:
    """Puts workflows back into the queue that no living agent runs.

    Args:
        engine: the database.
        agent_id: this agent.
        executor: runs its workflows.
    """

    def __init__(self, engine: Engine, agent_id: str, executor: Executor) -> None:
        self._engine = engine
        self._agent_id = agent_id
        self._executor = executor
        self._orphans: set[str] = set()  # workflows of this agent that did not run at the last look

    def recover(self) -> None:
        """Put back what dead agents have taken, and what this one has taken and does not run."""
        with reading(self._engine) as session:
            alive = {agent.id for agent in agents.alive(session)}
            taken = workflows.taken(session)
        for job_id, agent_id in taken.items():
            if agent_id not in alive:
                self._executor.recover(job_id, agent_id)
        # A workflow is this agent's own and yet not running when the answer to its claim was lost, or no slot could
        # do it. Between a claim and its start it is not running either: only what stays so is an orphan.
        mine = {job_id for job_id, agent_id in taken.items() if agent_id == self._agent_id}
        orphans = mine - self._executor.running()
        for job_id in orphans & self._orphans:
            self._executor.recover(job_id, self._agent_id)
        self._orphans = orphans


def reconcile(engine: Engine) -> None:
    """End or enqueue anew every live job whose workflow has ended or is missing.

    It should find nothing. A workflow ends only after its job has; but a program has errors, a database is restored
    from a backup, an operator deletes a row.
    """
    with reading(engine) as session:
        found = workflows.unserved(session)
    for job_id in sorted(found):  # a job before those that follow it
        with logs.about(job_id), writing(engine) as session:
            settle(session, job_id)


def settle(session: Session, job_id: str) -> None:
    """Decide on one job, in a transaction that holds its row."""
    attempts = attempts_at(job_id)
    rows: type[Any] = attempts.rows
    job = session.scalar(select(rows).where(rows.id == job_id, rows.status.in_(LIVE)).with_for_update())
    unserved = workflows.unserved(session)
    if job is None or job_id not in unserved:
        return
    logger.warning("job %s is %s and its workflow %s", job_id, job.status, unserved[job_id] or "missing")
    if unserved[job_id] == workflows.GIVEN_UP:
        attempts.abandon(session, job_id, LOST)
    elif isinstance(job, JobRow):
        job.leader = None  # from now on it is trained for itself
        workflows.requeue(session, job_id, job.owner, job.priority)
    else:
        workflows.requeue(session, job_id, job.owner, workflows.INTERACTIVE)


def prune(engine: Engine) -> None:
    """Delete workflows that ended some time ago."""
    with writing(engine) as session:
        workflows.prune(session, KEPT)
