"""Renders submissions for teachers and for students, who are told nothing that is hidden from them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from service.database.grading import AssignmentRow, SubmissionRow
from service.grading.assignments.view import path_of as path_of_assignment
from service.grading.rubric.assignment import Assignment
from service.grading.rubric.grade import Grade
from service.grading.rubric.overrides import overridden
from service.grading.rubric.visibility import seen_by_student
from service.grading.submissions.queries import LinkedJob, jobs_of, rulebook
from service.grading.submissions.schemas import GradingJob, Override, Submission, SubmissionEntry, SubmissionLinks
from service.http.routing import PREFIX
from service.http.scopes import Caller, Scope

FAILED = "We could not grade it, and it has cost no try. Your teacher sees why; you may submit it again."


def path_of(submission_id: str) -> str:
    """The URL path of a submission."""
    return f"{PREFIX}/submissions/{submission_id}"


def version_tag(row: SubmissionRow) -> str:
    """The part of the ETag that a change is conditional on: the row's version, the same for all callers."""
    return f'"{row.version}"'


class Seen(NamedTuple):
    """A submission's row, with what else a caller sees of it.

    Attributes:
        row: the submission.
        assignment: its assignment.
        caller: who looks.
        jobs: those of its grading; none for a student.
    """

    row: SubmissionRow
    assignment: AssignmentRow
    caller: Caller
    jobs: Sequence[LinkedJob]

    @property
    def regrade_needed(self) -> bool:
        """Whether the grade was given by other rules than the assignment's current ones."""
        return self.row.rules is not None and self.row.rules != self.assignment.rules

    @property
    def etag(self) -> str:
        """The strong ETag: the row's version, and behind a dash what changes without the row.

        For teachers that is whether a regrade is needed, and the jobs with their statuses. For students it is which
        checks are shown: the assignment's revision, which grows also when grades are published, and whether the due
        date has passed. To be read before the view is made, so that no tag is newer than what it stands for.
        """
        if self.caller.may(Scope.TEACHER):
            digest = hashlib.sha256(repr(self.jobs).encode()).hexdigest()
            return f'"{self.row.version}-teacher-{int(self.regrade_needed)}-{digest[:16]}"'
        due_at = self.assignment.content["due_at"]
        past_due = due_at is not None and datetime.now(UTC) >= datetime.fromisoformat(due_at)
        return f'"{self.row.version}-student-{self.assignment.revision}-{int(past_due)}"'


def look(session: Session, row: SubmissionRow, caller: Caller) -> Seen:
    """Read what a caller sees of a submission beside its row."""
    jobs = jobs_of(session, row.grading_id) if caller.may(Scope.TEACHER) else ()
    return Seen(row, session.get_one(AssignmentRow, row.assignment_id), caller, jobs)


def view(session: Session, seen: Seen) -> Submission:
    """One submission."""
    row, caller = seen.row, seen.caller
    grade = grades(session, seen.assignment, [row], caller)[0]
    shown: dict[str, Any] = {
        "spec": row.spec,
        "answers": row.answers,
        "grade": grade,
        "override": None if row.override is None else Override(**row.override),
    }
    if caller.may(Scope.TEACHER):
        shown["regrade_needed"] = seen.regrade_needed
        shown["marked"] = row.grade if row.override is not None else None
        shown["jobs"] = [
            GradingJob(role=job.role, seed=job.seed, job_id=job.job_id, status=job.status or "missing")
            for job in seen.jobs
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
    """The grades of submissions with their overrides, as the caller may see them."""
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
    """A grade as a student sees it: marked by the rules of then, shown by the visibilities and due date of now."""
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
    """An override as a student sees it: with points of the checks that are shown."""
    shown = {check["name"] for check in (grade or {"checks": []})["checks"] if check["score"] is not None}
    return Override(
        **override | {"checks": {name: points for name, points in override["checks"].items() if name in shown}}
    )
