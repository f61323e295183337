"""Renders regrades for their teacher, from the grades of before and the gradings of now."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from service.database.grading import AssignmentRow, GradingRow
from service.database.regrades import RegradeRow
from service.database.submission_states import LIVE, SubmissionStatus
from service.grading.assignments.view import path_of
from service.grading.regrades.queries import gradings_of, overridden, statuses, statuses_of
from service.grading.regrades.schemas import Regrade, Regraded, RegradeEntry, RegradeLinks
from service.grading.rubric.difference import difference, summary


def location(row: RegradeRow) -> str:
    """The URL path of a regrade."""
    return f"{path_of(row.assignment_id)}/regrades/{row.id}"


def entries(session: Session, assignment: AssignmentRow, rows: Sequence[RegradeRow]) -> list[RegradeEntry]:
    """Several regrades of an assignment in a list."""
    found = statuses(session, rows)
    return [RegradeEntry(**_head(assignment, row, found[row.id])) for row in rows]


def view(session: Session, assignment: AssignmentRow, row: RegradeRow) -> Regrade:
    """One regrade."""
    gradings = gradings_of(session, row)
    set_by_hand = overridden(session, [each["submission"] for each in row.before])
    shown = [_regraded(each, gradings.get(each["grading"]), set_by_hand) for each in row.before]
    return Regrade(
        **_head(assignment, row, [SubmissionStatus(grading.status) for grading in gradings.values()]),
        summary=summary([each.difference for each in shown if each.difference is not None]),
        submissions=shown,
    )


def etag_of(session: Session, assignment: AssignmentRow, row: RegradeRow) -> str:
    """The strong ETag: a digest of what moves, the gradings' statuses, the overrides and the assignment's rules."""
    by_hand = sorted(overridden(session, [each["submission"] for each in row.before]))
    moving = (sorted(statuses_of(session, row).items()), by_hand, row.rules == assignment.rules)
    return f'"{hashlib.sha256(repr(moving).encode()).hexdigest()[:32]}"'


def _head(assignment: AssignmentRow, row: RegradeRow, found: Sequence[SubmissionStatus]) -> dict[str, Any]:
    live = sum(status in LIVE for status in found)
    return {
        "id": row.id,
        "assignment_id": row.assignment_id,
        "status": "running" if live else "ended",
        "created_at": row.created_at,
        "current": row.rules == assignment.rules,
        "graded": len(found) - live,
        "of": len(row.before),
        "links": RegradeLinks(self=location(row), assignment=path_of(row.assignment_id)),
    }


def _regraded(before: Mapping[str, Any], grading: GradingRow | None, set_by_hand: set[str]) -> Regraded:
    submission, author = before["submission"], before["author"]
    change = None
    if grading is not None and grading.status == SubmissionStatus.GRADED:
        change = difference(submission, author, before["grade"], grading.grade, overridden=submission in set_by_hand)
    return Regraded(
        submission=submission,
        author=author,
        status="missing" if grading is None else SubmissionStatus(grading.status),
        error=None if grading is None else grading.error,
        difference=change,
    )
