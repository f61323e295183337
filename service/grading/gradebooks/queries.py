"""Reads all submissions for an assignment."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, undefer

from service.database.grading import AssignmentRow, SubmissionRow
from service.database.submission_states import SubmissionStatus


def submissions_of(session: Session, assignment: AssignmentRow, *statuses: SubmissionStatus) -> Sequence[SubmissionRow]:
    """The submissions for an assignment, oldest first; of all statuses but cancelled, or of some."""
    wanted = statuses or tuple(status for status in SubmissionStatus if status != SubmissionStatus.CANCELLED)
    query = select(SubmissionRow).where(SubmissionRow.assignment_id == assignment.id, SubmissionRow.status.in_(wanted))
    return session.scalars(query.order_by(SubmissionRow.id)).all()


def newest_specs(session: Session, assignment: AssignmentRow, limit: int) -> tuple[Sequence[SubmissionRow], int]:
    """Up to ``limit`` submissions with their specs, the newest, and how many there are."""
    of_assignment = SubmissionRow.assignment_id == assignment.id
    query = select(SubmissionRow).where(of_assignment).options(undefer(SubmissionRow.spec))
    rows = session.scalars(query.order_by(SubmissionRow.id.desc()).limit(limit)).all()
    return rows, session.scalar(select(func.count()).select_from(SubmissionRow).where(of_assignment)) or 0
