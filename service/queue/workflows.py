"""Enqueues, cancels and deletes the workflows of jobs: a narrow port over DBOS Transact, the engine for durable work.

One job, or one preflight, is one workflow with its id; below, both are called jobs. Only that id travels through the
queue, as JSON; the row is the truth about it, and a workflow that finds nothing to do in the row ends at once. DBOS
keeps its tables in the same database, so that a row and its workflow are one commit. Agents take workflows with
:mod:`service.queue.executor`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from service.database.job_states import LIVE
from service.database.tables import JobRow, PreflightRow
from service.queue import dbos_internals

if TYPE_CHECKING:
    from dbos import DBOSClient, EnqueueOptions

APPLICATION = "gradient-clinic"
# A workflow's code is one function that reads everything from the job's row, so that every version of this program
# can take over the workflows of every other. It never changes.
APPLICATION_VERSION = "1"
QUEUE = "trainings"
WORKFLOW = "train"
CHANNEL = "clinic_trainings"  # PostgreSQL tells listening agents that something was enqueued
GIVEN_UP = dbos_internals.GIVEN_UP
PRUNED_AT_ONCE = 1000
# Priorities, among the work of one owner.
INTERACTIVE = 0  # preflights: somebody waits for the answer
NORMAL = 10  # jobs that were submitted one by one
BATCH = 20  # jobs of comparisons and trials


def prepare(engine: Engine) -> None:
    """Create or upgrade DBOS's tables beside ours; does nothing where they are up to date."""
    from dbos import DBOS

    _quiet()
    DBOS.migrate(engine.url.render_as_string(hide_password=False))


def enqueue(session: Session, job_id: str, owner: str, priority: int = 0) -> None:
    """Enqueue a job that is to be trained, in the transaction of ``session``: it is there when that commits.

    Enqueuing a job that is enqueued already changes nothing.

    Args:
        session: on the database of the jobs.
        job_id: the row's id.
        owner: whose turn it takes; waiting owners are served in turn, whatever they have enqueued.
        priority: among the jobs of one owner, those with the smallest number come first.
    """
    from dbos import WorkflowSerializationFormat

    options: EnqueueOptions = {
        "workflow_name": WORKFLOW,
        "queue_name": QUEUE,
        "workflow_id": job_id,
        "app_version": APPLICATION_VERSION,
        "queue_partition_key": owner,
        "serialization_type": WorkflowSerializationFormat.PORTABLE,
    }
    if priority:
        options["priority"] = priority
    client(session.get_bind().engine).enqueue_in_transaction(session, options, job_id)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_notify(CHANNEL, "")))


def cancel(session: Session, job_id: str) -> None:
    """Take a job that still waits out of the queue, in the transaction of ``session``.

    A running one is not touched: its agent sees the row's ``cancel_requested``. Nor is one that others follow: the
    slot that takes it finds it ended, and goes on to them.
    """
    if session.scalar(select(JobRow.id).where(JobRow.leader == job_id, JobRow.status.in_(LIVE)).limit(1)) is None:
        dbos_internals.cancel_enqueued(session, job_id)


def requeue(session: Session, job_id: str, owner: str, priority: int) -> None:
    """Enqueue a job anew whose workflow has ended though the job has not, in the transaction of ``session``."""
    forget(session, [job_id])
    enqueue(session, job_id, owner, priority)


def unserved(session: Session) -> dict[str, str | None]:
    """The live jobs that no workflow will bring to an end: id -> DBOS's status of the workflow, None without one."""
    leader = func.coalesce(JobRow.leader, JobRow.id)
    jobs = dbos_internals.unserved(session, JobRow, leader, JobRow.status.in_(LIVE))
    return jobs | dbos_internals.unserved(session, PreflightRow, PreflightRow.id, PreflightRow.status.in_(LIVE))


def taken(session: Session) -> dict[str, str]:
    """The workflows that were taken and have not ended: job id -> the agent that took it."""
    return dbos_internals.claimed(session, QUEUE)


def prune(session: Session, age: timedelta) -> int:
    """Delete workflows that ended more than ``age`` ago, some at a time; how many."""
    ids = dbos_internals.ended_before(session, datetime.now(UTC) - age, PRUNED_AT_ONCE)
    forget(session, ids)
    return len(ids)


def forget(session: Session, ids: list[str]) -> None:
    """Delete the workflows of jobs, ended or not."""
    if ids:
        dbos_internals.delete_all(session, ids)


@lru_cache(maxsize=8)
def client(engine: Engine) -> DBOSClient:
    """DBOS's client on our engine: errors of the database are raised, for the caller to retry or report."""
    from dbos import DBOSClient

    _quiet()
    return DBOSClient(
        system_database_engine=engine, application_name=APPLICATION, lazy=True, retry_connection_errors=False
    )


def _quiet() -> None:
    import logging

    logging.getLogger("dbos").setLevel(logging.WARNING)
