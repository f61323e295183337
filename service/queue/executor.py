"""Runs the queue's workflows in an agent's process, with DBOS."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator

from dbos import DBOS, DBOSConfig
from sqlalchemy import Engine

from service.database.session import READING
from service.queue.dbos_internals import QueuedWorkflows
from service.queue.workflows import APPLICATION, APPLICATION_VERSION, QUEUE, WORKFLOW, client
from service.telemetry import logs

logger = logging.getLogger(__name__)

# Every start of a workflow counts, also one after an agent was told to stop; jobs have their own, smaller number.
MAX_RECOVERIES = 1000
RARELY = 1.0  # seconds; of DBOS's messages we use none, but it looks for some, and ends when it has looked


class Executor:
    """Takes workflows from the queue and runs them.

    Args:
        engine: the database, ours and DBOS's.
        agent_id: DBOS's executor id; a fresh one for each process.
        train: the body of the workflow; it gets a job's id, and raises no :class:`Exception`.
        most: workflows of one owner that run at a time, over all agents; None for no limit.
    """

    def __init__(self, engine: Engine, agent_id: str, train: Callable[[str], None], most: int | None = None) -> None:
        config: DBOSConfig = {
            "name": APPLICATION,
            "system_database_engine": engine,
            "executor_id": agent_id,
            "application_version": APPLICATION_VERSION,
            "run_migrations": False,
            "notification_listener_polling_interval_sec": RARELY,
            "notification_coalesce_sec": RARELY,
            "log_level": "WARNING",
        }
        dbos = DBOS(config=config)

        @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=MAX_RECOVERIES)
        def workflow(job_id: str) -> None:
            train(job_id)

        DBOS.listen_queues([])  # its own queue thread is not used
        reader = client(engine.execution_options(**READING))
        self._queued = QueuedWorkflows(
            dbos,
            client(engine),
            reader,
            queue=QUEUE,
            executor_id=agent_id,
            version=APPLICATION_VERSION,
            most=most,
        )

    def launch(self) -> None:
        """Start DBOS; the agent must have been registered before."""
        DBOS.launch()

    def take(self, number: int) -> Iterator[str]:
        """Take up to ``number`` workflows, one owner after the other; each is started after its job's id came."""
        while number > 0:
            owners = self._queued.owners()
            random.shuffle(owners)
            found = 0
            for owner in owners:
                if found == number:
                    break
                for job_id in self._queued.take(owner):
                    yield job_id
                    found += 1
            if not found:  # nothing is queued, owners have what they may, or others were faster
                return
            number -= found

    def recover(self, workflow_id: str, agent_id: str) -> None:
        """Put a workflow that ``agent_id`` took back into the queue, if it still is that agent's."""
        if self._queued.reenqueue(workflow_id, agent_id):
            with logs.about(workflow_id):
                logger.info("job %s, taken by %s, is queued again", workflow_id, agent_id)

    def running(self) -> set[str]:
        """The workflows that run in this process, until their outcome is stored."""
        return self._queued.running()

    def close(self) -> None:
        """Stop DBOS; workflows must have ended before."""
        DBOS.destroy(destroy_registry=True)
