"""Stores, cancels, overrides and deletes submissions: each within the transaction of the caller's session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from models.pointers import pointer
from models.violation import Violation
from service.database.grading import AssignmentRow, GradingJobRow, GradingRow, SubmissionKeyRow, SubmissionRow
from service.database.job_states import JobStatus
from service.database.session import take_turns
from service.database.submission_states import LIVE, SubmissionStatus
from service.database.tables import JobRow
from service.errors import Conflict, Invalid, NotGraded, SubmissionEnded
from service.grading.rubric.assignment import Assignment
from service.grading.submissions import finish
from service.grading.submissions.admission import AdmittedSubmission
from service.grading.submissions.grading_rows import grading_secret, new_grading, submission_seeds
from service.grading.submissions.queries import find_same, own_jobs
from service.grading.submissions.quota import check_quota
from service.ids import SUBMISSION
from service.jobs.operations import IdempotencyKey, cancel_all
from service.jobs.operations import remove as remove_job
from service.jobs.queries import users_of
from service.settings import Settings


@dataclass(frozen=True)
class StoredSubmission:
    """A submission that has a row.

    Attributes:
        row: its row.
        grading: the grading that was made for it; None where the submission was there before.
    """

    row: SubmissionRow
    grading: GradingRow | None


def store(
    session: Session,
    assignment: AssignmentRow,
    admitted: AdmittedSubmission,
    settings: Settings,
    *,
    submitter: str,
    key: IdempotencyKey | None = None,
) -> StoredSubmission:
    """Store a submission with a grading by the current rules, or find the same one of before.

    Args:
        session: the session that holds the assignment.
        assignment: locked, so that an author's submissions follow each other.
        admitted: the submission.
        settings: the secret of hidden seeds.
        submitter: owner of the key that sent it.
        key: the request's Idempotency-Key.

    Raises:
        KeyReused: the key came with another body.
        QuotaExceeded: the author has had all tries.
    """
    if key is not None:
        take_turns(session, f"{submitter} submission {key.key}")
        before = session.get(SubmissionKeyRow, (submitter, key.key))
        if before is not None:
            key.refuse_other(before.body_sha256)
            return StoredSubmission(session.get_one(SubmissionRow, before.submission_id), None)
    row = find_same(session, assignment.id, admitted.author, admitted.digest)
    stored = _store(session, assignment, admitted, settings) if row is None else StoredSubmission(row, None)
    if key is not None:
        name = SubmissionKeyRow(owner=submitter, key=key.key, body_sha256=key.body_sha256)
        name.submission_id = stored.row.id
        session.add(name)
        session.flush()
    return stored


def _store(
    session: Session, assignment: AssignmentRow, admitted: AdmittedSubmission, settings: Settings
) -> StoredSubmission:
    now, rules = datetime.now(UTC), Assignment.model_validate(assignment.content)
    check_quota(session, assignment.id, admitted.author, rules.quota, now)
    row = SubmissionRow(
        id=SUBMISSION.new(),
        owner=assignment.owner,
        assignment_id=assignment.id,
        author=admitted.author,
        status=SubmissionStatus.QUEUED,
        spec=admitted.spec,
        answers=admitted.answers,
        digest=admitted.digest,
        version=1,
        created_at=now,
    )
    session.add(row)
    session.flush()
    seeds = submission_seeds(assignment.id, rules.seeds, grading_secret(session, settings))
    grading = new_grading(assignment, seeds, submission=row)
    session.add(grading)
    row.grading_id = grading.id
    session.flush()
    return StoredSubmission(row, grading)


def cancel(session: Session, row: SubmissionRow) -> None:
    """Cancel a submission and those of its trainings that nothing else needs.

    Args:
        session: the session that holds the row.
        row: the submission, locked.

    Raises:
        SubmissionEnded: there is nothing to cancel.
    """
    if row.status not in LIVE:
        raise SubmissionEnded(f"The submission is {row.status} already.")
    gradings = _lock_gradings(session, row)
    row.status = SubmissionStatus.CANCELLED
    row.finished_at = datetime.now(UTC)
    row.version += 1
    session.flush()
    jobs = own_jobs(session, [grading.id for grading in gradings])
    for grading in gradings:
        if grading.status in LIVE:
            finish.cancel(session, grading)
    cancel_all(session, jobs)


def override(row: SubmissionRow, checks: dict[str, float], score: float | None, reason: str) -> None:
    """Override a grade, and each later one, with what a teacher gives.

    Args:
        row: the submission, locked.
        checks: points, by the names of the checks.
        score: whatever the checks say; None where they count.
        reason: for its author, too.

    Raises:
        NotGraded: there is no grade.
        Invalid: there is no such check, or it has not so many points.
    """
    if row.grade is None:
        raise NotGraded(f"The submission is {row.status}; only a graded one can be overridden.")
    most = {check["name"]: check["max_points"] for check in row.grade["checks"]}
    violations = [
        Violation(
            pointer(("checks", name)),
            "there is no such check" if name not in most else f"it has {most[name]:g} points",
        )
        for name, points in checks.items()
        if name not in most or points > most[name]
    ]
    if violations:
        raise Invalid.of(violations)
    now = datetime.now(UTC).isoformat()
    row.override = {"score": score, "checks": checks, "reason": reason, "at": now}
    row.version += 1


def restore(row: SubmissionRow) -> None:
    """Remove the override, so that the grade counts as it was marked.

    Args:
        row: the submission, locked.
    """
    if row.override is not None:
        row.override = None
        row.version += 1


def remove(session: Session, row: SubmissionRow) -> None:
    """Delete a submission with its gradings, and with those of their jobs that nothing else needs.

    Args:
        session: the session that holds the row.
        row: the submission, locked.

    Raises:
        Conflict: it, or a regrade of it, has not ended.
    """
    gradings = _lock_gradings(session, row)
    if any(grading.status in LIVE for grading in gradings):
        raise Conflict("The submission is being graded; cancel it first, or wait.")
    ids = [grading.id for grading in gradings]
    jobs = own_jobs(session, ids, ended=True)
    _hand_over(session, ids)
    session.execute(delete(SubmissionRow).where(SubmissionRow.id == row.id))
    for job in session.scalars(select(JobRow).where(JobRow.id.in_(jobs)).order_by(JobRow.id).with_for_update()):
        if job.status != JobStatus.RUNNING and not users_of(session, job.id):
            remove_job(session, job)


def _hand_over(session: Session, gradings: Sequence[str]) -> None:
    """Let other gradings that share the jobs of these count as the ones for which they were made."""
    made = select(GradingJobRow.job_id).where(GradingJobRow.grading_id.in_(gradings), GradingJobRow.made)
    session.execute(
        update(GradingJobRow)
        .where(GradingJobRow.job_id.in_(made.scalar_subquery()), GradingJobRow.grading_id.not_in(gradings))
        .values(made=True)
        .execution_options(synchronize_session=False)
    )


def _lock_gradings(session: Session, row: SubmissionRow) -> list[GradingRow]:
    query = select(GradingRow).where(GradingRow.submission_id == row.id).order_by(GradingRow.id)
    return list(session.scalars(query.with_for_update()))
