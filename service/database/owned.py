"""Finds and lists the rows of an owner by their ids."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from service.database.grading import AssignmentRow, SubmissionRow
from service.database.tables import ComparisonRow, JobRow, PreflightRow, TrialRow
from service.errors import NotFound
from service.ids import Ids

Row = TypeVar("Row", JobRow, ComparisonRow, TrialRow, PreflightRow, AssignmentRow, SubmissionRow)


def find_owned(session: Session, rows: type[Row], ids: Ids, owner: str, name: str, *, lock: bool = False) -> Row:
    """The owner's row of this name.

    Args:
        session: a session.
        rows: the table.
        ids: the form of its names.
        owner: who asks; what belongs to others does not exist for them.
        name: any text.
        lock: hold the row until the end of the transaction.

    Raises:
        NotFound: there is none.
    """
    query = select(rows).where(rows.id == name, rows.owner == owner)
    row = session.scalar(query.with_for_update() if lock else query) if ids.fits(name) else None
    if row is None:
        raise NotFound(f"There is no {ids.noun} {name!r}.")
    return row


def newest(session: Session, rows: type[Row], query: Select[Row], after: str | None, limit: int) -> list[Row]:
    """Up to ``limit`` of the rows that ``query`` selects, newest first, older than the one named ``after``."""
    if after is not None:
        query = query.where(rows.id < after)
    return list(session.scalars(query.order_by(rows.id.desc()).limit(limit)))
