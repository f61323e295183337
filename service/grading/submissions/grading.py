"""Grades submissions whose trainings have ended: tries a training again, asks for more seeds, or stores the grade.

Agents call :func:`advance` whenever a job has ended, and at every heartbeat. What is to be done is computed from the
rows alone, and stored by the agent that comes first: the others find it done, and a restart of everything loses
nothing. Marking takes its time and holds no lock.
"""

from __future__ import annotations

import logging
from typing import NamedTuple

from sqlalchemy import Engine, exists, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from service.database.grading import GradingJobRow, GradingRow, SubmissionRow
from service.database.job_states import LIVE as RUNNING
from service.database.session import reading, writing
from service.database.submission_states import LIVE, SubmissionStatus
from service.database.tables import JobRow
from service.errors import QueueFull, QuotaExceeded
from service.grading.rubric.grade import Grade
from service.grading.rubric.lateness import IN_TIME, lateness
from service.grading.rubric.marking import mark, more_seeds
from service.grading.submissions.evidence import gather
from service.grading.submissions.finish import complete, fail, not_marked
from service.grading.submissions.queries import assignment_of
from service.grading.submissions.scheduling import required_of, schedule
from service.queue.limits import QueueLimits

logger = logging.getLogger(__name__)


class _Marked(NamedTuple):
    """A grade before it is stored.

    Attributes:
        grade: by the trainings that there are.
        seeds: how many seeds it rests on.
        more: how many further seeds could change it.
    """

    grade: Grade
    seeds: int
    more: int


def advance(engine: Engine, limits: QueueLimits) -> None:
    """Do for every grading what can be done now.

    Args:
        engine: the database.
        limits: how many jobs may wait; trainings for which there is no room are tried again at the next call.
    """
    with reading(engine) as session:
        waiting = _ready(session)
    crowded: set[str] = set()  # owners for whose jobs there is no room; all of them where the queue is full
    for grading_id, owner, status in waiting:
        if status == SubmissionStatus.QUEUED and crowded & {owner, "*"}:
            continue
        try:
            grade(engine, grading_id, limits)
        except QueueFull:
            crowded.add("*")
        except QuotaExceeded:
            crowded.add(owner)


def grade(engine: Engine, grading_id: str, limits: QueueLimits) -> None:
    """Bring one grading as far as it goes; one that cannot be marked fails, and keeps no other from going on.

    Raises:
        QueueFull, QuotaExceeded: there is no room for its trainings; that it wants them is stored.
    """
    try:
        _grade(engine, grading_id, limits)
    except (SQLAlchemyError, QueueFull, QuotaExceeded):
        raise
    except Exception:
        logger.exception("grading %s cannot go on and ends here", grading_id)
        with writing(engine) as session:
            grading = _lock(session, grading_id)
            if grading is not None:
                fail(session, grading, not_marked())


def _grade(engine: Engine, grading_id: str, limits: QueueLimits) -> None:
    while True:
        with writing(engine) as session:
            grading = _lock(session, grading_id)
            trained = grading is not None and schedule(session, grading, limits)
        if not trained:
            return
        with reading(engine) as session:
            marked = _mark(session, grading_id)
        if marked is None:
            return
        with writing(engine) as session:
            grading = _lock(session, grading_id)
            if grading is None or grading.wanted != marked.seeds:  # somebody else was faster
                return
            if not marked.more:
                complete(session, grading, marked.grade)
                return
            grading.wanted += marked.more


def _ready(session: Session) -> list[tuple[str, str, str]]:
    """The gradings that have not ended, and none of whose jobs runs or waits, oldest first: id, owner, status."""
    running = exists().where(
        GradingJobRow.grading_id == GradingRow.id, JobRow.id == GradingJobRow.job_id, JobRow.status.in_(RUNNING)
    )
    query = select(GradingRow.id, GradingRow.owner, GradingRow.status).where(GradingRow.status.in_(LIVE), ~running)
    rows = session.execute(query.order_by(GradingRow.id))
    return [(grading_id, owner, status) for grading_id, owner, status in rows]


def _lock(session: Session, grading_id: str) -> GradingRow | None:
    """A grading that has not ended, locked until the end of the transaction, and its submission before it."""
    of_grading = select(GradingRow.submission_id).where(GradingRow.id == grading_id).scalar_subquery()
    session.scalar(select(SubmissionRow).where(SubmissionRow.id == of_grading).with_for_update())
    query = select(GradingRow).where(GradingRow.id == grading_id, GradingRow.status.in_(LIVE))
    return session.scalar(query.with_for_update())


def _mark(session: Session, grading_id: str) -> _Marked | None:
    """The grade that the trainings of a grading give; None where somebody has deleted something meanwhile."""
    grading = session.get(GradingRow, grading_id)
    if grading is None:
        return None
    assignment = assignment_of(session, grading)
    submission = None if grading.submission_id is None else session.get(SubmissionRow, grading.submission_id)
    evidence = gather(session, grading, submission, required_of(session, grading, assignment))
    if evidence is None:
        return None
    late = IN_TIME if submission is None else lateness(assignment, submission.created_at)
    found = mark(assignment, evidence, lateness=late)
    more = min(more_seeds(assignment, found), len(grading.seeds) - grading.wanted)
    return _Marked(found, grading.wanted, more)
