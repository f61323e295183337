"""What follows when the trainings of a grading have ended: one more try, more seeds, or the grade.

Agents ask whenever a job has ended, and at every beat. What is to be done is computed from the rows alone, and stored
by whoever comes first: the others find it done, and a restart of everything loses nothing. Marking takes its time and
holds no lock.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlalchemy import Engine, exists, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from models.specs.canonical import canonical
from models.specs.check import InvalidSpec, parse
from service.database.grading import GradingJobRow, GradingRow, SubmissionRow
from service.database.job_states import LIVE as RUNNING
from service.database.session import reading, writing
from service.database.submission_states import LIVE, SubmissionStatus
from service.database.tables import JobRow
from service.errors import QueueFull, QuotaExceeded
from service.grading.rubric.assignment import Assignment
from service.grading.rubric.grade import Grade
from service.grading.rubric.lateness import IN_TIME, lateness
from service.grading.rubric.marking import mark, more_seeds
from service.grading.rubric.trainings import Wanted, trainings
from service.grading.submissions.evidence import gather
from service.grading.submissions.finish import conclude, fail, unfit, unmarkable, untrained
from service.grading.submissions.queries import assignment_of, spec_of
from service.grading.submissions.scheduling import NotTrained, enlist
from service.queue.limits import Room

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Due:
    """A grading that waits for nothing but this program."""

    id: str
    owner: str
    status: SubmissionStatus


def due(session: Session) -> list[Due]:
    """The gradings that have not ended, and none of whose jobs runs or waits; the oldest first."""
    running = exists().where(
        GradingJobRow.grading_id == GradingRow.id, JobRow.id == GradingJobRow.job_id, JobRow.status.in_(RUNNING)
    )
    query = select(GradingRow.id, GradingRow.owner, GradingRow.status).where(GradingRow.status.in_(LIVE), ~running)
    rows = session.execute(query.order_by(GradingRow.id))
    return [Due(grading_id, owner, SubmissionStatus(status)) for grading_id, owner, status in rows]


def advance(engine: Engine, room: Room) -> None:
    """Do for every grading what can be done now.

    Args:
        engine: the database.
        room: how many jobs may wait; trainings for which there is no room are tried again at the next call.
    """
    with reading(engine) as session:
        waiting = due(session)
    crowded: set[str] = set()  # owners for whose jobs there is no room; all of them where the queue is full
    for grading in waiting:
        if grading.status == SubmissionStatus.QUEUED and crowded & {grading.owner, "*"}:
            continue
        try:
            grade(engine, grading.id, room)
        except QueueFull:
            crowded.add("*")
        except QuotaExceeded:
            crowded.add(grading.owner)


def grade(engine: Engine, grading_id: str, room: Room) -> None:
    """Bring one grading as far as it goes; one that cannot be marked ends, and keeps no other from going on.

    Raises:
        QueueFull, QuotaExceeded: there is no room for its trainings.
    """
    try:
        settle(engine, grading_id, room)
    except (SQLAlchemyError, QueueFull, QuotaExceeded):
        raise
    except Exception:
        logger.exception("grading %s cannot go on and ends here", grading_id)
        with writing(engine) as session:
            row = held(session, grading_id)
            if row is not None:
                fail(session, row, unmarkable())


def settle(engine: Engine, grading_id: str, room: Room) -> None:
    """Bring one grading as far as it goes without another training.

    Raises:
        QueueFull, QuotaExceeded: there is no room for its trainings; that it wants them is stored.
    """
    while True:
        with writing(engine) as session:
            row = held(session, grading_id)
            ready = row is not None and begin(session, row, room)
        if not ready:
            return
        with reading(engine) as session:
            marked = _marked(session, grading_id)
        if marked is None:
            return
        with writing(engine) as session:
            row = held(session, grading_id)
            if row is None or row.wanted != marked.wanted:  # somebody else was faster
                return
            if not marked.more:
                conclude(session, row, marked.grade)
                return
            row.wanted += marked.more


def held(session: Session, grading_id: str) -> GradingRow | None:
    """A grading that has not ended, locked until the end of the transaction, and its submission before it."""
    of_grading = select(GradingRow.submission_id).where(GradingRow.id == grading_id).scalar_subquery()
    session.scalar(select(SubmissionRow).where(SubmissionRow.id == of_grading).with_for_update())
    query = select(GradingRow).where(GradingRow.id == grading_id, GradingRow.status.in_(LIVE))
    return session.scalar(query.with_for_update())


def begin(session: Session, row: GradingRow, room: Room) -> bool:
    """Enlist what a grading lacks; whether everything has been trained.

    Args:
        session: the session that holds the row.
        row: the grading, locked.
        room: how many jobs may wait.

    Raises:
        QueueFull, QuotaExceeded: so many more jobs cannot wait; nothing is stored.
    """
    try:
        wanted = _wanted(session, row, assignment_of(session, row))
        if row.status == SubmissionStatus.QUEUED:  # it may have been submitted for other data
            parse(canonical(wanted[0].spec))
        trained = enlist(session, row, wanted, room)
    except InvalidSpec as refused:
        fail(session, row, unfit(refused))
        return False
    except NotTrained as failure:
        fail(session, row, untrained(failure))
        return False
    if row.status == SubmissionStatus.QUEUED:
        row.status = SubmissionStatus.GRADING
        submission = None if row.submission_id is None else session.get_one(SubmissionRow, row.submission_id)
        if submission is not None and submission.status == SubmissionStatus.QUEUED:
            submission.status = SubmissionStatus.GRADING
            submission.version += 1
        session.flush()
    return trained


@dataclass(frozen=True)
class _Marked:
    grade: Grade
    wanted: int  # seeds that it rests on
    more: int  # seeds that could change it


def _marked(session: Session, grading_id: str) -> _Marked | None:
    """The grade that the trainings of a grading give; None where somebody has deleted something meanwhile."""
    row = session.get(GradingRow, grading_id)
    if row is None:
        return None
    assignment = assignment_of(session, row)
    submission = None if row.submission_id is None else session.get(SubmissionRow, row.submission_id)
    evidence = gather(session, row, submission, _wanted(session, row, assignment))
    if evidence is None:
        return None
    late = IN_TIME if submission is None else lateness(assignment, submission.created_at)
    grade = mark(assignment, evidence, lateness=late)
    return _Marked(grade, row.wanted, min(more_seeds(assignment, grade), len(row.seeds) - row.wanted))


def _wanted(session: Session, row: GradingRow, assignment: Assignment) -> list[Wanted]:
    named = {"assignment": row.assignment_id, "submission": row.submission_id, "batch": row.batch}
    labels = {name: value for name, value in named.items() if value is not None}
    return trainings(assignment, spec_of(session, row, assignment), row.seeds[: row.wanted], labels)
