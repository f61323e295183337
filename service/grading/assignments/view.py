"""Renders assignments for teachers and for students."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from service.database.grading import AssignmentRow
from service.grading.assignments.queries import to_be_regraded
from service.grading.assignments.schemas import AssignmentAnswer, AssignmentEntry, AssignmentLinks
from service.grading.rubric.assignment import Assignment
from service.grading.rubric.visibility import rubric_for_students
from service.http.routing import PREFIX
from service.http.scopes import Caller, Scope

TO_BOTH = ("statement", "data", "constraints", "quota", "opens_at", "due_at", "late")
TO_TEACHERS = ("hidden_data", "seeds", "baseline", "formula")


def path_of(assignment_id: str) -> str:
    """The URL path of an assignment."""
    return f"{PREFIX}/assignments/{assignment_id}"


def version_tag(row: AssignmentRow) -> str:
    """The part of the ETag that a change is conditional on: the row's revision, the same for all callers."""
    return f'"{row.revision}"'


def etag_of(row: AssignmentRow, answer: AssignmentAnswer) -> str:
    """The strong ETag: the row's revision, and behind a dash whether a regrade is needed, or that a student asks."""
    seen = {None: "-student", True: "-stale", False: ""}[answer.regrade_needed]
    return f'"{row.revision}{seen}"'


def view(session: Session, row: AssignmentRow, caller: Caller) -> AssignmentAnswer:
    """One assignment. For students it leaves out what would tell them what they are graded with."""
    [head] = entries(session, [row], caller)
    content = row.content
    shown: dict[str, Any] = {name: content[name] for name in TO_BOTH}
    rubric = content["rubric"]
    if caller.may(Scope.TEACHER):
        shown |= {name: content[name] for name in TO_TEACHERS}
    else:
        rubric = rubric_for_students(Assignment.model_validate(content))
    points = sum(check["points"] for check in rubric)
    return AssignmentAnswer(**head.model_dump(exclude_unset=True) | shown, rubric=rubric, max_score=points)


def entries(session: Session, rows: Sequence[AssignmentRow], caller: Caller) -> list[AssignmentEntry]:
    """Several assignments in a list."""
    stale: dict[str, dict[str, Any]] = {}
    if caller.may(Scope.TEACHER):
        found = to_be_regraded(session, rows)
        stale = {row.id: {"regrade_needed": row.id in found} for row in rows}
    return [
        AssignmentEntry(
            id=row.id,
            title=row.title,
            created_at=row.created_at,
            published_at=row.published_at,
            grades_published_at=row.grades_published_at,
            opens_at=row.content["opens_at"],
            due_at=row.content["due_at"],
            links=AssignmentLinks(self=path_of(row.id), submissions=f"{path_of(row.id)}/submissions"),
            **stale.get(row.id, {}),
        )
        for row in rows
    ]
