"""Ends gradings, and their submissions with them, within a transaction that holds the grading's row."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from service.database.grading import GradingRow, SubmissionRow
from service.database.submission_states import LIVE, SubmissionStatus
from service.grading.rubric.grade import Grade

Error = dict[str, Any]


def complete(session: Session, grading: GradingRow, grade: Grade) -> None:
    """Store a grade, whole: nothing of it needs the jobs any more."""
    _end(grading, SubmissionStatus.GRADED)
    grading.grade = grade.model_dump(mode="json")
    grading.score = grade.score
    session.flush()
    submission = _submission(session, grading)
    if submission is None or submission.status not in {*LIVE, SubmissionStatus.GRADED}:
        return
    if submission.grading_id is not None and submission.grading_id > grading.id:
        return  # a later regrade was faster
    submission.grading_id, submission.rules, submission.grade = grading.id, grading.rules, grading.grade
    submission.version += 1
    if submission.status in LIVE:
        if submission.status == SubmissionStatus.QUEUED:  # where nothing had to be trained
            submission.status = SubmissionStatus.GRADING
            session.flush()
        submission.status = SubmissionStatus.GRADED
        submission.finished_at = grading.finished_at
    session.flush()


def fail(session: Session, grading: GradingRow, error: Error) -> None:
    """End a grading that cannot be brought to a grade; that costs its author no try, and an older grade stays."""
    _end(grading, SubmissionStatus.FAILED)
    grading.error = error
    session.flush()
    submission = _submission(session, grading)
    if submission is not None and submission.status in LIVE:
        submission.status = SubmissionStatus.FAILED
        submission.error = error
        submission.finished_at = grading.finished_at
        submission.version += 1
        session.flush()


def cancel(session: Session, grading: GradingRow) -> None:
    """End a grading that a client has cancelled."""
    _end(grading, SubmissionStatus.CANCELLED)
    session.flush()


def not_trained(job_id: str, error: dict[str, str] | None) -> Error:
    """The error of a grading with a training that could not be done.

    Args:
        job_id: the last job of that training.
        error: the job's own error; None where it was cancelled or deleted.
    """
    known = error or {}
    detail = known.get("detail", "It was cancelled or deleted.")
    return {
        "type": "not_trained",
        "title": "A training could not be done",
        "detail": f"Job {job_id}: {known.get('title', 'it left nothing')}. {detail}",
    }


def not_fit(detail: str) -> Error:
    """The error of a grading whose spec cannot be trained on the data of the current rules."""
    return {"type": "not_fit", "title": "It does not train by these rules", "detail": detail[:1000]}


def not_marked() -> Error:
    """The error of a grading that failed by a mistake in this program."""
    return {
        "type": "not_marked",
        "title": "It could not be marked",
        "detail": "An error of ours; it has been logged.",
    }


def _end(grading: GradingRow, status: SubmissionStatus) -> None:
    grading.status = status
    grading.finished_at = datetime.now(UTC)


def _submission(session: Session, grading: GradingRow) -> SubmissionRow | None:
    return None if grading.submission_id is None else session.get(SubmissionRow, grading.submission_id)
