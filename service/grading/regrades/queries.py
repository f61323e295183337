"""Reads regrades and the gradings that they asked for."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from service.database.grading import AssignmentRow, GradingRow, SubmissionRow
from service.database.regrades import RegradeRow
from service.database.submission_states import SubmissionStatus
from service.errors import NotFound
from service.ids import REGRADE


def find(session: Session, assignment: AssignmentRow, regrade_id: str) -> RegradeRow:
    """The regrade of an assignment.

    Raises:
        NotFound: there is none.
    """
    query = select(RegradeRow).where(RegradeRow.id == regrade_id, RegradeRow.assignment_id == assignment.id)
    row = session.scalar(query) if REGRADE.fits(regrade_id) else None
    if row is None:
        raise NotFound(f"There is no {REGRADE.noun} {regrade_id!r} of this assignment.")
    return row


def page(session: Session, assignment: AssignmentRow, after: str | None, limit: int) -> list[RegradeRow]:
    """Up to ``limit`` regrades of an assignment, newest first, older than the one named ``after``."""
    query = select(RegradeRow).where(RegradeRow.assignment_id == assignment.id)
    if after is not None:
        query = query.where(RegradeRow.id < after)
    return list(session.scalars(query.order_by(RegradeRow.id.desc()).limit(limit)))


def graded(session: Session, assignment: AssignmentRow) -> list[SubmissionRow]:
    """The submissions for an assignment that have a grade, locked until the end of the transaction."""
    query = select(SubmissionRow).where(
        SubmissionRow.assignment_id == assignment.id, SubmissionRow.status == SubmissionStatus.GRADED
    )
    return list(session.scalars(query.order_by(SubmissionRow.id).with_for_update()))


def statuses(session: Session, rows: Sequence[RegradeRow]) -> dict[str, list[SubmissionStatus]]:
    """The statuses of the gradings of each regrade, in any order."""
    found: dict[str, list[SubmissionStatus]] = {row.id: [] for row in rows}
    query = select(GradingRow.batch, GradingRow.status).where(GradingRow.batch.in_(list(found)))
    for batch, status in session.execute(query):
        if batch is not None:
            found[batch].append(SubmissionStatus(status))
    return found


def statuses_of(session: Session, row: RegradeRow) -> dict[str, str]:
    """The statuses of a regrade's gradings by their ids."""
    query = select(GradingRow.id, GradingRow.status).where(GradingRow.batch == row.id)
    return {row.id: row.status for row in session.execute(query)}


def gradings_of(session: Session, row: RegradeRow) -> dict[str, GradingRow]:
    """The gradings of a regrade with their grades, by their ids."""
    query = select(GradingRow).where(GradingRow.batch == row.id).options(undefer(GradingRow.grade))
    return {each.id: each for each in session.scalars(query)}


def overridden(session: Session, submissions: Sequence[str]) -> set[str]:
    """Those of some submissions whose grade a teacher has set."""
    query = select(SubmissionRow.id, SubmissionRow.override).where(SubmissionRow.id.in_(submissions))
    return {submission for submission, override in session.execute(query) if override is not None}
