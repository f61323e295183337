"""Defines the table of calibrations, whose trainings are gradings without a submission."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Float, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from service.database.base import Table


class CalibrationRow(Table):
    """A rubric that is tried with specs whose worth is known.

    Its gradings carry its id as their batch, one for each reference that the constraints let through.
    """

    __tablename__ = "calibrations"
    __table_args__ = (CheckConstraint("status IN ('running', 'succeeded', 'failed', 'cancelled')", name="status"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner: Mapped[str] = mapped_column(String(64))
    assignment_id: Mapped[str] = mapped_column(ForeignKey("assignments.id", ondelete="CASCADE"), index=True)
    rules: Mapped[str] = mapped_column(String(64))  # of the assignment when it was asked for
    status: Mapped[str] = mapped_column(String(16), index=True)
    version: Mapped[int] = mapped_column(Integer, default=1)  # grows with every change a client can see
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    seeds: Mapped[int] = mapped_column(Integer)  # trainings of each reference
    pass_mark: Mapped[float | None] = mapped_column(Float(53))
    references: Mapped[list[dict[str, Any]]] = mapped_column(JSON(none_as_null=True))  # see calibrations/reference.py
    content: Mapped[dict[str, Any] | None]  # service/grading/rubric/calibration.py's, when it has succeeded
