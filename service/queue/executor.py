"""An agent's side of the queue: DBOS running in this process.

DBOS's own queue thread is not used. It polls on a fixed beat, takes the number of slots from a row that all agents
share, and takes work before a slot has proved that it can do it. Here the agent itself claims, through DBOS's claim
and dispatch, as many workflows as it has free slots at that moment. These calls are not public: the version of DBOS
is pinned, and the tests exercise each of them.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator
from uuid import uuid4

from dbos import DBOS, DBOSConfig
from dbos._core import execute_dequeued_workflow
from dbos._queue import _INTERNAL_QUEUE_CONSTRUCTION, Queue
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from service.database.session import READING
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
        self._dbos = DBOS(config=config)
        self._agent_id = agent_id

        @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=MAX_RECOVERIES)
        def workflow(job_id: str) -> None:
            train(job_id)

        DBOS.listen_queues([])
        # A queue of this process alone: it takes one workflow at a time, from the partition that it is told.
        self._queue = Queue(QUEUE, worker_concurrency=1, partition_concurrency=most, token=_INTERNAL_QUEUE_CONSTRUCTION)
        self._system = client(engine)._sys_db  # noqa: SLF001 - see the module's docstring
        # To look is more frequent than to take, and must not wait for SQLite's writers.
        self._reader = client(engine.execution_options(**READING))._sys_db  # noqa: SLF001

    def launch(self) -> None:
        """Start DBOS; the agent must have announced itself before."""
        DBOS.launch()

    def take(self, number: int) -> Iterator[str]:
        """Take up to ``number`` workflows, one owner after the other; each is started after its job's id came."""
        while number > 0:
            owners = self._reader.get_queue_partitions(QUEUE)
            random.shuffle(owners)
            found = 0
            for owner in owners:
                if found == number:
                    break
                for job_id in self._take_one(owner):
                    yield job_id
                    found += 1
            if not found:  # nothing is queued, owners have what they may, or others were faster
                return
            number -= found

    def recover(self, workflow_id: str, agent_id: str) -> None:
        """Put a workflow that ``agent_id`` took back into the queue, if it still is that agent's."""
        if self._system.reenqueue_for_recovery(workflow_id, [agent_id], QUEUE):
            with logs.about(workflow_id):
                logger.info("job %s, taken by %s, is queued again", workflow_id, agent_id)

    def running(self) -> set[str]:
        """The workflows that run in this process, until their outcome is stored."""
        return set(self._dbos._active_workflows_set.activeList())  # noqa: SLF001 - see the module's docstring

    def close(self) -> None:
        """Stop DBOS; workflows must have ended before."""
        DBOS.destroy(destroy_registry=True)

    def _take_one(self, owner: str) -> Iterator[str]:
        claim = str(uuid4())
        try:
            ids, _ = self._system.start_queued_workflows(
                self._queue, self._agent_id, APPLICATION_VERSION, owner, owner_xid=claim, is_latest_version=False
            )
        except DBAPIError as error:
            # Where an owner's workflows are counted, two agents do not take of them at the same moment.
            if self._system.is_lock_conflict(error) or self._system.is_serialization_conflict(error):
                return
            raise
        for status in self._system.get_workflow_statuses(ids):
            yield status["workflow_uuid"]
            execute_dequeued_workflow(self._dbos, status, claim)
