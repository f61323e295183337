"""Reads assignments, and whether something still depends on them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.database.calibrations import CalibrationRow
from service.database.grading import AssignmentRow, SubmissionRow
from service.database.owned import find_owned, newest
from service.database.submission_states import SubmissionStatus
from service.errors import NotFound
from service.http.scopes import Caller, Scope
from service.ids import ASSIGNMENT


def find(session: Session, caller: Caller, assignment_id: str, *, lock: bool = False) -> AssignmentRow:
    """The assignment, see :func:`find_owned`; for a student only when it is published.

    Raises:
        NotFound: there is none.
    """
    row = find_owned(session, AssignmentRow, ASSIGNMENT, caller.teacher, assignment_id, lock=lock)
    if row.published_at is None and not caller.may(Scope.TEACHER):
        raise NotFound(f"There is no {ASSIGNMENT.noun} {assignment_id!r}.")
    return row


def page(session: Session, caller: Caller, after: str | None, limit: int) -> list[AssignmentRow]:
    """Up to ``limit`` assignments, newest first, older than ``after``; for a student the published ones."""
    query = select(AssignmentRow).where(AssignmentRow.owner == caller.teacher)
    if not caller.may(Scope.TEACHER):
        query = query.where(AssignmentRow.published_at.is_not(None))
    return newest(session, AssignmentRow, query, after, limit)


def number_of_submissions(session: Session, assignment_id: str) -> int:
    """How many submissions there are for an assignment, of whatever status."""
    query = select(func.count()).where(SubmissionRow.assignment_id == assignment_id)
    return session.scalar(query) or 0


def is_calibrated(session: Session, assignment_id: str) -> bool:
    """Whether a calibration of an assignment runs just now."""
    of_assignment = CalibrationRow.assignment_id == assignment_id, CalibrationRow.status == "running"
    return session.scalar(select(CalibrationRow.id).where(*of_assignment).limit(1)) is not None


def to_be_regraded(session: Session, rows: Sequence[AssignmentRow]) -> set[str]:
    """Those of some assignments with a grade that was given by other rules than today's."""
    query = (
        select(SubmissionRow.assignment_id)
        .join(AssignmentRow, AssignmentRow.id == SubmissionRow.assignment_id)
        .where(SubmissionRow.assignment_id.in_([row.id for row in rows]))
        .where(SubmissionRow.status == SubmissionStatus.GRADED, SubmissionRow.rules != AssignmentRow.rules)
        .distinct()
    )
    return set(session.scalars(query))
