"""Deletes jobs that ended long ago, with all that they left."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from service.database.job_states import TERMINAL
from service.database.registry import UnloadedModelRow
from service.database.session import writing
from service.database.tables import JobRow
from service.grading.submissions.queries import is_being_graded
from service.jobs.queries import is_a_version
from service.queue import workflows

AT_ONCE = 50  # jobs of one transaction: each takes megabytes of artifacts along, and others want to write too


def clear_all(engine: Engine, age: timedelta, stopping: threading.Event, pause: float) -> None:
    """Delete all jobs that ended more than ``age`` ago, some at a time.

    Args:
        engine: the database.
        age: since their end.
        stopping: set when the agent shuts down, which ends it between two transactions.
        pause: seconds between two transactions, in which others can write.
    """
    while True:
        with writing(engine) as session:
            number = clear(session, age, AT_ONCE)
        if number < AT_ONCE or stopping.wait(pause):
            return


def clear(session: Session, age: timedelta, number: int = AT_ONCE) -> int:
    """Delete up to ``number`` jobs that ended more than ``age`` ago, the oldest first; how many there were.

    Everything that belongs to a job goes with it, its workflow included. A comparison or a trial keeps its name, as
    one that is missing. A job that is a version of a model stays, and so does one that a grading still waits for; a
    grade that was given needs no job. Several agents may do this at the same time: each takes other jobs.
    """
    old = (
        select(JobRow.id)
        .where(JobRow.finished_at < datetime.now(UTC) - age, JobRow.status.in_(TERMINAL))
        .where(~is_a_version(), ~is_being_graded())
        .order_by(JobRow.finished_at)
        .limit(number)
        .with_for_update(skip_locked=True)
    )
    ids = list(session.scalars(old))
    session.execute(delete(UnloadedModelRow).where(UnloadedModelRow.name.in_(ids)))
    session.execute(delete(JobRow).where(JobRow.id.in_(ids)))
    workflows.forget(session, ids)
    return len(ids)
