"""Submitting, cancelling and deleting: each within the transaction of the caller's session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.database.grading import AssignmentRow, GradingRow, SubmissionKeyRow, SubmissionRow
from service.database.session import take_turns
from service.database.tables import JobRow
from service.errors import Conflict, QueueFull, QuotaExceeded, SubmissionEnded
from service.grading.assignment import Assignment
from service.grading.seeds import hidden_seeds
from service.ids import GRADING, SUBMISSION
from service.jobs.operations import IdempotencyKey, cancel_all
from service.jobs.operations import remove as remove_job
from service.jobs.room import Room
from service.jobs.states import Status as JobStatus
from service.registry.queries import users_of
from service.submissions import conclusion, quota, rounds
from service.submissions.queries import own_jobs, same
from service.submissions.reading import read
from service.submissions.states import LIVE, Status


@dataclass(frozen=True)
class Submission:
    """What an author sends.

    Attributes:
        author: whose it is.
        document: the spec, any JSON value.
        answers: by question.
        submitter: owner of the key that sent it.
        key: the request's Idempotency-Key.
    """

    author: str
    document: Any
    answers: dict[str, Any]
    submitter: str
    key: IdempotencyKey | None = None


def create(
    session: Session, assignment_row: AssignmentRow, sent: Submission, secret: bytes, room: Room
) -> tuple[SubmissionRow, bool]:
    """Store a submission and enlist its trainings, or find the same one of before; and whether it is new.

    Where there is no room for the trainings, they are enlisted later.

    Args:
        session: the session that holds the assignment.
        assignment_row: locked, so that an author's submissions follow each other.
        sent: what is submitted.
        secret: from which hidden seeds are drawn.
        room: how many jobs may wait.

    Raises:
        InvalidSpec: it cannot train, or does not keep the constraints.
        KeyReused: the key came with another body.
        QuotaExceeded: the author has had all tries.
    """
    if sent.key is not None:
        take_turns(session, f"{sent.submitter} submission {sent.key.key}")
        before = session.get(SubmissionKeyRow, (sent.submitter, sent.key.key))
        if before is not None:
            sent.key.refuse_other(before.body_sha256)
            return session.get_one(SubmissionRow, before.submission_id), False
    assignment = Assignment.model_validate(assignment_row.content)
    found = read(assignment, sent.document, sent.answers)
    row = same(session, assignment_row.id, sent.author, found.digest)
    new = row is None
    if row is None:
        now = datetime.now(UTC)
        quota.take(session, assignment_row.id, sent.author, assignment.quota, now)
        row = SubmissionRow(
            id=SUBMISSION.new(),
            owner=assignment_row.owner,
            assignment_id=assignment_row.id,
            author=sent.author,
            status=Status.QUEUED,
            spec=found.stored,
            answers=sent.answers,
            digest=found.digest,
            version=1,
            created_at=now,
        )
        session.add(row)
        session.flush()
        begin(session, assignment_row, row, secret, room)
    if sent.key is not None:
        session.add(
            SubmissionKeyRow(
                owner=sent.submitter, key=sent.key.key, body_sha256=sent.key.body_sha256, submission_id=row.id
            )
        )
        session.flush()
    return row, new


def begin(
    session: Session, assignment: AssignmentRow, row: SubmissionRow, secret: bytes, room: Room, batch: str | None = None
) -> GradingRow:
    """Make a grading of a submission by today's rules, and enlist its trainings where there is room.

    Args:
        session: the session that holds the rows.
        assignment: locked.
        row: the submission.
        secret: from which hidden seeds are drawn.
        room: how many jobs may wait.
        batch: what asks for it, if not the submission itself.
    """
    policy = Assignment.model_validate(assignment.content).seeds
    grading = GradingRow(
        id=GRADING.new(),
        owner=row.owner,
        assignment_id=assignment.id,
        submission_id=row.id,
        batch=batch,
        rules=assignment.rules,
        status=Status.QUEUED,
        seeds=hidden_seeds(secret, assignment.id, policy.cap),
        wanted=policy.count,
        created_at=datetime.now(UTC),
    )
    session.add(grading)
    if row.grading_id is None:
        row.grading_id = grading.id
    session.flush()
    try:
        with session.begin_nested():
            rounds.begin(session, grading, room)
    except (QueueFull, QuotaExceeded):  # an agent tries again
        session.refresh(grading)
    return grading


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
    row.status = Status.CANCELLED
    row.finished_at = datetime.now(UTC)
    row.version += 1
    session.flush()
    jobs = own_jobs(session, [grading.id for grading in gradings])
    for grading in gradings:
        if grading.status in LIVE:
            conclusion.cancel(session, grading)
    cancel_all(session, jobs)


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
    jobs = own_jobs(session, [grading.id for grading in gradings], ended=True)
    session.execute(delete(SubmissionRow).where(SubmissionRow.id == row.id))
    for job in session.scalars(select(JobRow).where(JobRow.id.in_(jobs)).order_by(JobRow.id).with_for_update()):
        if job.status != JobStatus.RUNNING and not users_of(session, job.id):
            remove_job(session, job)


def _gradings(session: Session, row: SubmissionRow) -> list[GradingRow]:
    query = select(GradingRow).where(GradingRow.submission_id == row.id).order_by(GradingRow.id)
    return list(session.scalars(query.with_for_update()))
