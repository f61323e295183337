"""Jobs and workflows brought together again where they disagree."""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from service.database.job_states import LIVE
from service.database.session import reading, writing
from service.database.tables import JobRow
from service.queue import workflows
from service.telemetry import logs
from service.worker.tasks import task_of

logger = logging.getLogger(__name__)

LOST = {
    "type": "lost",
    "title": "It could not be brought to an end",
    "detail": "It was started again and again, and no start came to an end.",
}


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
    task = task_of(job_id)
    rows: type[Any] = task.table
    job = session.scalar(select(rows).where(rows.id == job_id, rows.status.in_(LIVE)).with_for_update())
    unserved = workflows.unserved(session)
    if job is None or job_id not in unserved:
        return
    logger.warning("job %s is %s and its workflow %s", job_id, job.status, unserved[job_id] or "missing")
    if unserved[job_id] == workflows.GIVEN_UP:
        task.abandon(session, job_id, LOST)
    else:
        if isinstance(job, JobRow):
            job.leader = None  # from now on it is trained for itself
        workflows.requeue(session, job_id, job.owner, task.priority(job))
