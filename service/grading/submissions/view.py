"""Submissions as teachers see them, and as students do: nothing hidden is in what a student is told."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from service.database.grading import AssignmentRow, SubmissionRow
from service.grading.assignments.view import path_of as path_of_assignment
from service.grading.rubric.assignment import Assignment
from service.grading.rubric.grade import Grade
from service.grading.rubric.overrides import overridden
from service.grading.rubric.visibility import seen_by_student
from service.grading.submissions.queries import jobs_of, rulebook
from service.grading.submissions.schemas import GradingJob, Override, Submission, SubmissionEntry, SubmissionLinks
from service.http.routing import PREFIX
from service.http.scopes import Caller, Scope

FAILED = "We could not grade it, and it has cost no try. Your teacher sees why; you may submit it again."


def path_of(submission_id: str) -> str:
    """Where a submission is."""
    return f"{PREFIX}/submissions/{submission_id}"


def etag_of(submission: Submission) -> str:
    """The strong ETag: what a student sees changes also by the clock, so it is that of the document."""
    return f'"{hashlib.sha256(submission.model_dump_json(exclude_unset=True).encode()).hexdigest()[:32]}"'


def view(session: Session, row: SubmissionRow, caller: Caller) -> Submission:
    """One submission."""
    assignment = session.get_one(AssignmentRow, row.assignment_id)
    grade = grades(session, assignment, [row], caller)[0]
    shown: dict[str, Any] = {
        "spec": row.spec,
        "answers": row.answers,
        "grade": grade,
        "override": None if row.override is None else Override(**row.override),
    }
    if caller.may(Scope.TEACHER):
        shown["regrade_needed"] = row.rules is not None and row.rules != assignment.rules
        shown["marked"] = row.grade if row.override is not None else None
        shown["jobs"] = [
            GradingJob(role=job.role, seed=job.seed, job_id=job.job_id, status=job.status or "missing")
            for job in jobs_of(session, row.grading_id)
        ]
    elif row.override is not None:
        shown["override"] = _seen_override(row.override, grade)
    return Submission(**dict(_entry(row, grade, caller)) | shown)


def entries(
    session: Session, assignment: AssignmentRow, rows: Sequence[SubmissionRow], caller: Caller
) -> list[SubmissionEntry]:
    """Several submissions for one assignment."""
    found = grades(session, assignment, rows, caller)
    return [_entry(row, grade, caller) for row, grade in zip(rows, found, strict=True)]


def _entry(row: SubmissionRow, grade: dict[str, Any] | None, caller: Caller) -> SubmissionEntry:
    error = row.error
    if error is not None and not caller.may(Scope.TEACHER):
        error = {"type": error["type"], "title": error["title"], "detail": FAILED}
    base = path_of(row.id)
    return SubmissionEntry.model_validate(
        {
            "id": row.id,
            "assignment_id": row.assignment_id,
            "author": row.author,
            "status": row.status,
            "created_at": row.created_at,
            "finished_at": row.finished_at,
            "score": None if grade is None else grade["score"],
            "max_score": None if grade is None else grade["max_score"],
            "error": error,
            "links": SubmissionLinks(
                self=base, assignment=path_of_assignment(row.assignment_id), cancel=f"{base}/cancel"
            ),
        }
    )


def grades(
    session: Session, row: AssignmentRow, submissions: Sequence[SubmissionRow], caller: Caller
) -> list[dict[str, Any] | None]:
    """The grades that count, as the caller may see them."""
    today = Assignment.model_validate(row.content)
    known = {row.rules: today}
    found: list[dict[str, Any] | None] = []
    for submission in submissions:
        if submission.grade is None or submission.rules is None:
            found.append(None)
            continue
        if submission.rules not in known:
            known[submission.rules] = Assignment.model_validate(rulebook(session, row.id, submission.rules))
        assignment = known[submission.rules]
        grade = overridden(assignment, Grade.model_validate(submission.grade), submission.override)
        if caller.may(Scope.TEACHER):
            found.append(grade.model_dump(mode="json"))
        else:
            found.append(_seen(assignment, today, grade, row, submission))
    return found


def _seen(
    assignment: Assignment, today: Assignment, grade: Grade, row: AssignmentRow, submission: SubmissionRow
) -> dict[str, Any]:
    """What a student sees of a grade: marked by the rules of then, shown by the visibilities and due date of now."""
    visibility = {check.called: check.visibility for check in today.checks}
    checks = [
        result.model_copy(update={"visibility": visibility.get(result.name, result.visibility)})
        for result in grade.checks
    ]
    seen = seen_by_student(
        assignment.model_copy(update={"due_at": today.due_at}),
        grade.model_copy(update={"checks": checks}),
        now=datetime.now(UTC),
        published=row.grades_published_at is not None,
    )
    if submission.override is not None and submission.override["score"] is not None:
        seen |= {"score": submission.override["score"], "incomplete": False}
    return seen


def _seen_override(override: dict[str, Any], grade: dict[str, Any] | None) -> Override:
    """What a student sees of an override: points of the checks that are shown."""
    shown = {check["name"] for check in (grade or {"checks": []})["checks"] if check["score"] is not None}
    return Override(
        **override | {"checks": {name: points for name, points in override["checks"].items() if name in shown}}
    )
