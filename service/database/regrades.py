"""Defines the table of regrades, which are gradings of submissions that have been graded before."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from service.database.base import Table


class RegradeRow(Table):
    """Submissions that are graded again by today's rules. Their gradings carry its id as their batch."""

    __tablename__ = "regrades"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner: Mapped[str] = mapped_column(String(64))
    assignment_id: Mapped[str] = mapped_column(ForeignKey("assignments.id", ondelete="CASCADE"), index=True)
    rules: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    before: Mapped[list[dict[str, Any]]] = mapped_column(
        JSON(none_as_null=True)
    )  # {submission, author, grading, grade}
