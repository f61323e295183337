"""Reads calibrations, their references, and the progress of their trainings."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.database.calibrations import CalibrationRow
from service.database.grading import AssignmentRow, GradingJobRow, GradingRow
from service.database.job_states import TERMINAL
from service.database.submission_states import LIVE
from service.database.tables import JobRow
from service.errors import NotFound
from service.grading.calibrations.reference import StoredReference
from service.ids import CALIBRATION


def find(session: Session, assignment: AssignmentRow, calibration_id: str, *, lock: bool = False) -> CalibrationRow:
    """The calibration of an assignment.

    Raises:
        NotFound: there is none.
    """
    query = select(CalibrationRow).where(
        CalibrationRow.id == calibration_id, CalibrationRow.assignment_id == assignment.id
    )
    row = None
    if CALIBRATION.fits(calibration_id):
        row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound(f"There is no {CALIBRATION.noun} {calibration_id!r} of this assignment.")
    return row


def page(session: Session, assignment: AssignmentRow, after: str | None, limit: int) -> list[CalibrationRow]:
    """Up to ``limit`` calibrations of an assignment, newest first, older than the one named ``after``."""
    query = select(CalibrationRow).where(CalibrationRow.assignment_id == assignment.id)
    if after is not None:
        query = query.where(CalibrationRow.id < after)
    return list(session.scalars(query.order_by(CalibrationRow.id.desc()).limit(limit)))


def references_of(row: CalibrationRow) -> list[StoredReference]:
    """Its references."""
    return [StoredReference.model_validate(each) for each in row.references]


def gradings_of(session: Session, row: CalibrationRow) -> dict[str, GradingRow]:
    """Its gradings by their ids."""
    query = select(GradingRow).where(GradingRow.batch == row.id).order_by(GradingRow.id)
    return {grading.id: grading for grading in session.scalars(query)}


def due(session: Session) -> list[str]:
    """The calibrations that run, and all of whose gradings have ended; the oldest first."""
    live = select(GradingRow.batch).where(GradingRow.batch.is_not(None), GradingRow.status.in_(LIVE))
    query = select(CalibrationRow.id).where(CalibrationRow.status == "running", CalibrationRow.id.not_in(live))
    return list(session.scalars(query.order_by(CalibrationRow.id)))


def ended(session: Session, rows: Sequence[CalibrationRow]) -> dict[str, int]:
    """How many trainings of each have ended."""
    query = (
        select(GradingRow.batch, func.count())
        .join(GradingJobRow, GradingJobRow.grading_id == GradingRow.id)
        .join(JobRow, JobRow.id == GradingJobRow.job_id)
        .where(GradingRow.batch.in_([row.id for row in rows]), JobRow.status.in_(TERMINAL))
        .group_by(GradingRow.batch)
    )
    return {batch: count for batch, count in session.execute(query) if batch is not None}
