"""Setting, changing, publishing and deleting assignments: each within the transaction of the caller's session."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from service.database.grading import AssignmentRow, RulebookRow
from service.errors import InUse
from service.grading.assignments.merging import merged
from service.grading.assignments.queries import is_calibrated, number_of_submissions
from service.grading.assignments.reading import read
from service.grading.assignments.rules import rules_of
from service.grading.rubric.assignment import Assignment
from service.ids import ASSIGNMENT


def create(session: Session, owner: str, assignment: Assignment) -> AssignmentRow:
    """Store an assignment; for students it does not exist yet."""
    row = AssignmentRow(id=ASSIGNMENT.new(), owner=owner, revision=0, created_at=datetime.now(UTC))
    _write(session, row, assignment)
    return row


def change(session: Session, row: AssignmentRow, patch: Any) -> None:
    """Merge a patch (RFC 7396) into an assignment. Grades that were given before stay until they are regraded.

    Args:
        session: the session that holds the row.
        row: the assignment, locked.
        patch: any JSON value.

    Raises:
        Invalid: what comes out is no assignment; the pointers are those of the whole document.
    """
    base = dict(row.content)
    if base["baseline"] is not None:  # its data are the assignment's, whatever these become
        base["baseline"] = {name: part for name, part in base["baseline"].items() if name != "data"}
    _write(session, row, read(merged(base, patch)))


def publish(row: AssignmentRow, *, grades: bool) -> None:
    """Open an assignment to students, and where it is wished, show them what waits for the grades' publication.

    Publishing again changes nothing.
    """
    now = datetime.now(UTC)
    if row.published_at is None:
        row.published_at = now
        row.revision += 1
    if grades and row.grades_published_at is None:
        row.grades_published_at = now
        row.revision += 1


def remove(session: Session, row: AssignmentRow) -> None:
    """Delete an assignment for which nothing was submitted, and nothing is trained.

    Args:
        session: the session that holds the row.
        row: the assignment, locked.

    Raises:
        InUse: there are submissions, or a calibration runs.
    """
    submitted = number_of_submissions(session, row.id)
    if submitted:
        raise InUse(f"There are submissions for the assignment ({submitted}); delete them first.")
    if is_calibrated(session, row.id):
        raise InUse("A calibration of the assignment is running; cancel it first.")
    session.execute(delete(AssignmentRow).where(AssignmentRow.id == row.id))


def _write(session: Session, row: AssignmentRow, assignment: Assignment) -> None:
    """Store what an assignment says, and keep it as what gradings by these rules are marked by."""
    row.title = assignment.title
    row.content = assignment.model_dump(mode="json")
    row.rules = rules_of(row.content)
    row.revision += 1
    session.add(row)
    session.flush()
    session.merge(RulebookRow(assignment_id=row.id, rules=row.rules, content=row.content))
    session.flush()
