"""Reads submissions, gradings and the jobs of gradings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from models.specs.job import TrainingJobSpec
from service.database.grading import AssignmentRow, GradingJobRow, GradingRow, RulebookRow, SubmissionRow
from service.database.owned import find_owned, newest
from service.database.submission_states import LIVE, SubmissionStatus
from service.database.tables import JobRow
from service.errors import NotFound
from service.grading.rubric.assignment import Assignment
from service.grading.submissions.specs import restored
from service.http.scopes import Caller, Scope
from service.ids import SUBMISSION


@dataclass(frozen=True)
class Filters:
    """Restricts a list of submissions; an empty filter does not."""

    author: str | None = None
    status: Sequence[SubmissionStatus] = ()


def find(session: Session, caller: Caller, submission_id: str, *, lock: bool = False) -> SubmissionRow:
    """The submission, see :func:`find_owned`; for a student only an own one, for what is published.

    Raises:
        NotFound: there is none.
    """
    row = find_owned(session, SubmissionRow, SUBMISSION, caller.teacher, submission_id, lock=lock)
    if not caller.may(Scope.TEACHER) and not (row.author == caller.author and _is_published(session, row)):
        raise NotFound(f"There is no {SUBMISSION.noun} {submission_id!r}.")
    return row


def _is_published(session: Session, row: SubmissionRow) -> bool:
    return session.get_one(AssignmentRow, row.assignment_id).published_at is not None


def page(
    session: Session, assignment: AssignmentRow, caller: Caller, filters: Filters, after: str | None, limit: int
) -> list[SubmissionRow]:
    """Up to ``limit`` submissions for an assignment, newest first, older than ``after``; a student's own ones."""
    query = select(SubmissionRow).where(SubmissionRow.assignment_id == assignment.id)
    for author in (caller.author, filters.author):
        if author is not None:
            query = query.where(SubmissionRow.author == author)
    if filters.status:
        query = query.where(SubmissionRow.status.in_(filters.status))
    return newest(session, SubmissionRow, query, after, limit)


def find_same(session: Session, assignment_id: str, author: str, digest: str) -> SubmissionRow | None:
    """The newest submission in which an author has sent the same before, unless it came to no grade."""
    query = select(SubmissionRow).where(
        SubmissionRow.assignment_id == assignment_id,
        SubmissionRow.author == author,
        SubmissionRow.digest == digest,
        SubmissionRow.status.in_((*LIVE, SubmissionStatus.GRADED)),
    )
    return session.scalar(query.order_by(SubmissionRow.id.desc()).limit(1))


def assignment_of(session: Session, grading: GradingRow) -> Assignment:
    """The assignment as it was when a grading began."""
    return Assignment.model_validate(rulebook(session, grading.assignment_id, grading.rules))


def spec_of(session: Session, grading: GradingRow, assignment: Assignment) -> TrainingJobSpec:
    """The spec that is graded, as it was submitted."""
    if grading.submission_id is None:
        return restored(assignment, grading.spec or {})
    return restored(assignment, session.get_one(SubmissionRow, grading.submission_id).spec)


def rulebook(session: Session, assignment_id: str, rules: str) -> dict[str, Any]:
    """An assignment as it is, or was, with these rules."""
    return session.get_one(RulebookRow, (assignment_id, rules)).content


class LinkedJob(NamedTuple):
    """A job of a grading.

    Attributes:
        role: the purpose of its training.
        seed: hidden.
        job_id: its id.
        status: None where it was deleted.
    """

    role: str
    seed: int
    job_id: str
    status: str | None


def links_of(session: Session, grading_id: str) -> dict[tuple[str, int], GradingJobRow]:
    """The links of a grading to its jobs, by role and seed."""
    rows = session.scalars(select(GradingJobRow).where(GradingJobRow.grading_id == grading_id))
    return {(row.role, row.seed): row for row in rows}


def jobs_of(session: Session, grading_id: str | None) -> list[LinkedJob]:
    """The jobs of a grading, in the order in which they were made."""
    query = (
        select(GradingJobRow.role, GradingJobRow.seed, GradingJobRow.job_id, JobRow.status)
        .outerjoin(JobRow, JobRow.id == GradingJobRow.job_id)
        .where(GradingJobRow.grading_id == grading_id)
        .order_by(GradingJobRow.job_id)
    )
    return [LinkedJob(*row) for row in session.execute(query)]


def own_jobs(session: Session, gradings: Sequence[str], *, ended: bool = False) -> list[str]:
    """The jobs of some gradings that were made for a grading, and that no other one needs.

    Args:
        session: a session.
        gradings: their ids.
        ended: whether others that have ended need theirs, too.
    """
    mine = select(GradingJobRow.job_id).where(GradingJobRow.grading_id.in_(gradings))
    made = select(GradingJobRow.job_id).where(GradingJobRow.made)
    others = (
        select(GradingJobRow.job_id)
        .join(GradingRow, GradingRow.id == GradingJobRow.grading_id)
        .where(GradingRow.id.not_in(gradings))
    )
    if not ended:
        others = others.where(GradingRow.status.in_(LIVE))
    query = select(JobRow.id).where(JobRow.id.in_(mine), JobRow.id.in_(made), JobRow.id.not_in(others))
    return list(session.scalars(query.order_by(JobRow.id)))


def is_being_graded() -> ColumnElement[bool]:
    """A condition for queries on jobs: a grading that has not ended needs the job."""
    return exists().where(
        GradingJobRow.job_id == JobRow.id, GradingRow.id == GradingJobRow.grading_id, GradingRow.status.in_(LIVE)
    )
