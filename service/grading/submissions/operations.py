"""Submitting, cancelling, overriding and deleting: each within the transaction of the caller's session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.violation import Violation
from service.database.grading import AssignmentRow, GradingRow, SubmissionKeyRow, SubmissionRow
from service.database.job_states import JobStatus
from service.database.session import take_turns
from service.database.submission_states import LIVE, SubmissionStatus
from service.database.tables import JobRow
from service.errors import Conflict, Invalid, NotGraded, QueueFull, QuotaExceeded, SubmissionEnded
from service.grading.rubric.assignment import Assignment
from service.grading.rubric.seeds import hidden_seeds
from service.grading.submissions import finish, quota
from service.grading.submissions import grading as rounds
from service.grading.submissions.gradings import grading_secret
from service.grading.submissions.queries import own_jobs, same
from service.grading.submissions.scheduling import hand_over
from service.grading.submissions.specs import Submitted
from service.ids import GRADING, SUBMISSION
from service.jobs.operations import IdempotencyKey, cancel_all
from service.jobs.operations import remove as remove_job
from service.jobs.queries import users_of
from service.queue.limits import Room
from service.settings import Settings


@dataclass(frozen=True)
class Sent:
    """What an author sends.

    Attributes:
        author: whose it is.
        spec: as it was read.
        answers: by question.
        submitter: owner of the key that sent it.
        key: the request's Idempotency-Key.
    """

    author: str
    spec: Submitted
    answers: dict[str, Any]
    submitter: str
    key: IdempotencyKey | None = None


@dataclass(frozen=True)
class Stored:
    """A submission that is there now.

    Attributes:
        row: its row.
        new: whether it was not there before.
        trained: its grading, if that has found all trainings done, and only waits to be marked.
    """

    row: SubmissionRow
    new: bool
    trained: str | None = None


def create(session: Session, assignment: AssignmentRow, sent: Sent, settings: Settings) -> Stored:
    """Store a submission and enlist its trainings, or find the same one of before.

    Where there is no room for the trainings, they are enlisted later.

    Args:
        session: the session that holds the assignment.
        assignment: locked, so that an author's submissions follow each other.
        sent: what is submitted.
        settings: how many jobs may wait, and the secret of hidden seeds.

    Raises:
        KeyReused: the key came with another body.
        QuotaExceeded: the author has had all tries.
    """
    if sent.key is not None:
        take_turns(session, f"{sent.submitter} submission {sent.key.key}")
        before = session.get(SubmissionKeyRow, (sent.submitter, sent.key.key))
        if before is not None:
            sent.key.refuse_other(before.body_sha256)
            return Stored(session.get_one(SubmissionRow, before.submission_id), new=False)
    row = same(session, assignment.id, sent.author, sent.spec.digest)
    stored = _store(session, assignment, sent, settings) if row is None else Stored(row, new=False)
    if sent.key is not None:
        key = SubmissionKeyRow(owner=sent.submitter, key=sent.key.key, body_sha256=sent.key.body_sha256)
        key.submission_id = stored.row.id
        session.add(key)
        session.flush()
    return stored


def _store(session: Session, assignment: AssignmentRow, sent: Sent, settings: Settings) -> Stored:
    now = datetime.now(UTC)
    limits = Assignment.model_validate(assignment.content).quota
    quota.take(session, assignment.id, sent.author, limits, now)
    row = SubmissionRow(
        id=SUBMISSION.new(),
        owner=assignment.owner,
        assignment_id=assignment.id,
        author=sent.author,
        status=SubmissionStatus.QUEUED,
        spec=sent.spec.stored,
        answers=sent.answers,
        digest=sent.spec.digest,
        version=1,
        created_at=now,
    )
    session.add(row)
    session.flush()
    grading, trained = begin(session, assignment, row, settings)
    return Stored(row, new=True, trained=grading.id if trained else None)


def begin(
    session: Session, assignment: AssignmentRow, row: SubmissionRow, settings: Settings, batch: str | None = None
) -> tuple[GradingRow, bool]:
    """Make a grading of a submission by today's rules, and enlist its trainings where there is room.

    Args:
        session: the session that holds the rows.
        assignment: locked.
        row: the submission.
        settings: how many jobs may wait, and the secret of hidden seeds.
        batch: what asks for it, if not the submission itself.

    Returns:
        The grading, and whether all its trainings have been done already.
    """
    policy = Assignment.model_validate(assignment.content).seeds
    grading = GradingRow(
        id=GRADING.new(),
        owner=row.owner,
        assignment_id=assignment.id,
        submission_id=row.id,
        batch=batch,
        rules=assignment.rules,
        status=SubmissionStatus.QUEUED,
        seeds=hidden_seeds(grading_secret(session, settings), assignment.id, policy.cap),
        wanted=policy.count,
        created_at=datetime.now(UTC),
    )
    session.add(grading)
    if row.grading_id is None:
        row.grading_id = grading.id
    session.flush()
    try:
        with session.begin_nested():
            return grading, rounds.begin(session, grading, Room.of(settings))
    except (QueueFull, QuotaExceeded):  # an agent tries again
        return grading, False


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
    gradings = _gradings(session, row)
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
    """Put a teacher's word in the place of a grade, and of each later one.

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
        Violation(f"/checks/{name}", "there is no such check" if name not in most else f"it has {most[name]:g} points")
        for name, points in checks.items()
        if name not in most or points > most[name]
    ]
    if violations:
        raise Invalid.of(violations)
    now = datetime.now(UTC).isoformat()
    row.override = {"score": score, "checks": checks, "reason": reason, "at": now}
    row.version += 1


def restore(row: SubmissionRow) -> None:
    """Let the grade count again as it was marked.

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
    gradings = _gradings(session, row)
    if any(grading.status in LIVE for grading in gradings):
        raise Conflict("The submission is being graded; cancel it first, or wait.")
    ids = [grading.id for grading in gradings]
    jobs = own_jobs(session, ids, ended=True)
    hand_over(session, ids)
    session.execute(delete(SubmissionRow).where(SubmissionRow.id == row.id))
    for job in session.scalars(select(JobRow).where(JobRow.id.in_(jobs)).order_by(JobRow.id).with_for_update()):
        if job.status != JobStatus.RUNNING and not users_of(session, job.id):
            remove_job(session, job)


def _gradings(session: Session, row: SubmissionRow) -> list[GradingRow]:
    query = select(GradingRow).where(GradingRow.submission_id == row.id).order_by(GradingRow.id)
    return list(session.scalars(query.with_for_update()))
