"""How a grading ends, and its submission with it; parts of a transaction that holds the grading's row."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from models.specs.check import InvalidSpec
from service.database.grading import GradingRow, SubmissionRow
from service.database.submission_states import LIVE, SubmissionStatus
from service.grading.rubric.grade import Grade
from service.grading.submissions.scheduling import NotTrained

Error = dict[str, Any]


def conclude(session: Session, row: GradingRow, grade: Grade) -> None:
    """Store a grade, whole: nothing of it needs the jobs any more."""
    _end(row, SubmissionStatus.GRADED)
    row.grade = grade.model_dump(mode="json")
    row.score = grade.score
    session.flush()
    submission = _submission(session, row)
    if submission is None or submission.status not in {*LIVE, SubmissionStatus.GRADED}:
        return
    if submission.grading_id is not None and submission.grading_id > row.id:
        return  # a later regrade was faster
    submission.grading_id, submission.rules, submission.grade = row.id, row.rules, row.grade
    submission.version += 1
    if submission.status in LIVE:
        if submission.status == SubmissionStatus.QUEUED:  # where nothing had to be trained
            submission.status = SubmissionStatus.GRADING
            session.flush()
        submission.status = SubmissionStatus.GRADED
        submission.finished_at = row.finished_at
    session.flush()


def fail(session: Session, row: GradingRow, error: Error) -> None:
    """End a grading that cannot be brought to a grade; that costs its author no try, and an older grade stays."""
    _end(row, SubmissionStatus.FAILED)
    row.error = error
    session.flush()
    submission = _submission(session, row)
    if submission is not None and submission.status in LIVE:
        submission.status = SubmissionStatus.FAILED
        submission.error = error
        submission.finished_at = row.finished_at
        submission.version += 1
        session.flush()


def cancel(session: Session, row: GradingRow) -> None:
    """End a grading because somebody wishes so."""
    _end(row, SubmissionStatus.CANCELLED)
    session.flush()


def untrained(failure: NotTrained) -> Error:
    """The error of a submission with a training that could not be done."""
    said = failure.error or {}
    detail = said.get("detail", "It was cancelled or deleted.")
    return {
        "type": "not_trained",
        "title": "A training could not be done",
        "detail": f"Job {failure.job_id}: {said.get('title', 'it left nothing')}. {detail}",
    }


def unfit(refused: InvalidSpec) -> Error:
    """The error of a grading by rules whose data the spec does not fit."""
    return {"type": "not_fit", "title": "It does not train by these rules", "detail": str(refused)[:1000]}


def unmarkable() -> Error:
    """The error of a submission that this program is not able to mark."""
    return {
        "type": "not_marked",
        "title": "It could not be marked",
        "detail": "An error of ours; it has been logged.",
    }


def _end(row: GradingRow, status: SubmissionStatus) -> None:
    row.status = status
    row.finished_at = datetime.now(UTC)


def _submission(session: Session, row: GradingRow) -> SubmissionRow | None:
    return None if row.submission_id is None else session.get(SubmissionRow, row.submission_id)
