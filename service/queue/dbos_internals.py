"""Uses what DBOS does not publish: how it claims and starts queued workflows, and three of its tables.

Nothing else in the service does. ``tests/service/queue/test_dbos_internals.py`` lists each name and each column that is
used here, so that an upgrade of DBOS says what it broke. The API process cancels and deletes queued work, and does not
import DBOS for that.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from sqlalchemy import ColumnElement, SQLColumnExpression, TableClause, column, delete, select, table, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from service.database.tables import JobRow, PreflightRow

if TYPE_CHECKING:
    from dbos import DBOS, DBOSClient

SCHEMA: Final = "dbos"  # of its tables, on PostgreSQL
STATUS: Final = "workflow_status"
COLUMNS: Final = {  # that are used
    "workflow_input": ("workflow_uuid",),
    "workflow_output": ("workflow_uuid",),
    STATUS: ("workflow_uuid", "status", "queue_name", "executor_id", "completed_at"),
}
ENQUEUED: Final = "ENQUEUED"
CLAIMED: Final = "PENDING"
CANCELLED: Final = "CANCELLED"
GIVEN_UP: Final = "MAX_RECOVERY_ATTEMPTS_EXCEEDED"  # a workflow that is started no more
LIVE: Final = (ENQUEUED, CLAIMED, "DELAYED")  # a workflow that will still be run, or is


class QueuedWorkflows:
    """Claims the workflows of a queue and starts them in this process.

    DBOS's own queue thread polls at a fixed interval, takes the number of slots from a row that all agents share, and
    takes work before a slot has proved that it can do it. Here an agent makes that thread's calls itself, for as many
    workflows as it has free slots at that moment.

    Args:
        dbos: runs the workflows.
        client: claims them.
        reader: looks whether there are any, on connections that need not wait for SQLite's writers.
        queue: the name of the queue.
        executor_id: of this process.
        version: of the application.
        most: workflows of one owner that run at a time, over all executors; None for no limit.
    """

    def __init__(
        self,
        dbos: DBOS,
        client: DBOSClient,
        reader: DBOSClient,
        *,
        queue: str,
        executor_id: str,
        version: str,
        most: int | None,
    ) -> None:
        from dbos import Queue
        from dbos._queue import _INTERNAL_QUEUE_CONSTRUCTION

        self._dbos = dbos
        self._database = client._sys_db  # noqa: SLF001 - the purpose of this file
        self._reader = reader._sys_db  # noqa: SLF001 - the purpose of this file
        # A queue of this process alone: it takes one workflow at a time, from the partition that it is told.
        self._queue = Queue(queue, worker_concurrency=1, partition_concurrency=most, token=_INTERNAL_QUEUE_CONSTRUCTION)
        self._executor_id = executor_id
        self._version = version

    def owners(self) -> list[str]:
        """Whose workflows are queued: the partitions of the queue."""
        return self._reader.get_queue_partitions(self._queue.name)

    def take(self, owner: str) -> Iterator[str]:
        """Claim an owner's next workflow, if it may have one more; it is started after its id was yielded."""
        from dbos._core import execute_dequeued_workflow

        claim = str(uuid4())
        try:
            ids, _ = self._database.start_queued_workflows(
                self._queue, self._executor_id, self._version, owner, owner_xid=claim, is_latest_version=False
            )
        except DBAPIError as error:
            # Where an owner's workflows are counted, two agents do not take of them at the same moment.
            if self._database.is_lock_conflict(error) or self._database.is_serialization_conflict(error):
                return
            raise
        for status in self._database.get_workflow_statuses(ids):
            yield status["workflow_uuid"]
            execute_dequeued_workflow(self._dbos, status, claim)

    def reenqueue(self, workflow_id: str, executor_id: str) -> bool:
        """Put a workflow that ``executor_id`` claimed back into the queue; False where it is not its any more.

        The public way, ``resume_workflow``, would count its recoveries anew.
        """
        return self._database.reenqueue_for_recovery(workflow_id, [executor_id], self._queue.name)

    def running(self) -> set[str]:
        """The workflows that run in this process, until their outcome is stored."""
        return set(self._dbos._active_workflows_set.activeList())  # noqa: SLF001 - the purpose of this file


def cancel_enqueued(session: Session, workflow_id: str) -> None:
    """Take a workflow that no executor has claimed out of its queue."""
    workflows = _table(session, STATUS)
    session.execute(
        update(workflows)
        .where(workflows.c.workflow_uuid == workflow_id, workflows.c.status == ENQUEUED)
        .values(status=CANCELLED, queue_name=None, completed_at=_milliseconds(datetime.now(UTC)))
    )


def unserved(
    session: Session,
    rows: type[JobRow | PreflightRow],
    workflow_id: SQLColumnExpression[str],
    condition: ColumnElement[bool],
) -> dict[str, str | None]:
    """The rows whose workflow is missing or has ended: their ids, and the workflow's status or None.

    Args:
        session: on the database of both.
        rows: the table.
        workflow_id: of a row.
        condition: which rows count.
    """
    workflows = _table(session, STATUS)
    ended = workflows.c.status.is_(None) | workflows.c.status.not_in(LIVE)
    pairs = select(rows.id, workflows.c.status).outerjoin_from(
        rows, workflows, workflows.c.workflow_uuid == workflow_id
    )
    return {row.id: row.status for row in session.execute(pairs.where(condition, ended))}


def claimed(session: Session, queue: str) -> dict[str, str]:
    """The workflows of a queue that were claimed and have not ended, each with the executor that claimed it."""
    workflows = _table(session, STATUS)
    query = select(workflows.c.workflow_uuid, workflows.c.executor_id)
    rows = session.execute(query.where(workflows.c.status == CLAIMED, workflows.c.queue_name == queue))
    return {row.workflow_uuid: row.executor_id for row in rows}


def ended_before(session: Session, moment: datetime, limit: int) -> list[str]:
    """Up to ``limit`` workflows that ended before ``moment``."""
    workflows = _table(session, STATUS)
    old = workflows.c.status.not_in(LIVE), workflows.c.completed_at < _milliseconds(moment)
    return list(session.scalars(select(workflows.c.workflow_uuid).where(*old).limit(limit)))


def delete_all(session: Session, ids: list[str]) -> None:
    """Delete workflows, ended or not."""
    for name in COLUMNS:
        rows = _table(session, name)
        session.execute(delete(rows).where(rows.c.workflow_uuid.in_(ids)))


def _table(session: Session, name: str) -> TableClause:
    schema = SCHEMA if session.get_bind().dialect.name == "postgresql" else None
    return table(name, *(column(column_name) for column_name in COLUMNS[name]), schema=schema)


def _milliseconds(time: datetime) -> int:
    return int(time.timestamp() * 1000)
