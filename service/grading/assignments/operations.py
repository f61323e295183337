"""Creates, changes, publishes and deletes assignments: each within the transaction of the caller's session."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import rfc8785
from pydantic import ValidationError
from sqlalchemy import delete
from sqlalchemy.orm import Session

from models.specs.validation_errors import spec_errors
from service.database.grading import AssignmentRow, RulebookRow
from service.errors import InUse, Invalid
from service.grading.assignments.queries import is_calibrated, number_of_submissions
from service.grading.rubric.assignment import Assignment
from service.grading.rubric.validation import violations
from service.ids import ASSIGNMENT

# What an assignment is called, how often one may try and what is refused before it is trained make no difference to a
# mark.
IRRELEVANT_TO_MARKS = frozenset({"title", "statement", "quota", "opens_at", "constraints"})


def create(session: Session, owner: str, document: Any) -> AssignmentRow:
    """Store an assignment; for students it does not exist yet.

    Args:
        session: a session.
        owner: the teacher.
        document: any JSON value, nested as deep as a body may be.

    Raises:
        Invalid: it is no assignment, or one that nobody could be graded by; with a pointer for each reason.
    """
    assignment = _read(document)
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
    _write(session, row, _read(merge_patch(base, patch)))


def publish(row: AssignmentRow, *, grades: bool) -> None:
    """Open an assignment to students; publishing again changes nothing.

    Args:
        row: the assignment, locked.
        grades: whether to show students also the checks that wait for the grades' publication.
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


def merge_patch(document: Any, patch: Any) -> Any:
    """The document with a JSON merge patch (RFC 7396) applied; neither is changed.

    Args:
        document: any JSON value.
        patch: members of objects replace those of the same name, null removes them; anything else replaces the whole.

    Example:
        >>> merge_patch({"a": 1, "b": {"c": 2, "d": 3}}, {"a": None, "b": {"c": [4]}})
        {'b': {'c': [4], 'd': 3}}
    """
    if not isinstance(patch, dict):
        return patch
    merged = dict(document) if isinstance(document, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged


def _read(document: Any) -> Assignment:
    """Read a document as an assignment that submissions can be graded by.

    Raises:
        Invalid: it cannot be, with a pointer for each reason.
    """
    try:
        assignment = Assignment.model_validate(document)
    except ValidationError as error:
        raise Invalid.of(spec_errors(error, document)) from None
    wrong = violations(assignment)
    if wrong:
        raise Invalid.of(wrong)
    return assignment


def _rules_of(content: dict[str, Any]) -> str:
    """The digest of what in an assignment decides on a mark: grades with equal digests can be compared.

    What students see of the checks decides nothing.
    """
    deciding = {name: value for name, value in content.items() if name not in IRRELEVANT_TO_MARKS}
    deciding["rubric"] = [
        {name: value for name, value in check.items() if name != "visibility"} for check in content["rubric"]
    ]
    return hashlib.sha256(rfc8785.dumps(deciding)).hexdigest()


def _write(session: Session, row: AssignmentRow, assignment: Assignment) -> None:
    """Store an assignment, and keep it for the gradings that are marked by these rules."""
    row.title = assignment.title
    row.content = assignment.model_dump(mode="json")
    row.rules = _rules_of(row.content)
    row.revision += 1
    session.add(row)
    session.flush()
    session.merge(RulebookRow(assignment_id=row.id, rules=row.rules, content=row.content))
    session.flush()
