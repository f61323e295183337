"""Submits, cancels and deletes jobs, each within the transaction of the caller's session."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, load_only

from models.specs.canonical import canonical, spec_hash
from models.specs.geometry import steps
from models.specs.job import TrainingJobSpec
from service.database.job_states import LIVE, TERMINAL, JobStatus
from service.database.registry import UnloadedModelRow
from service.database.session import take_turns
from service.database.tables import (
    CheckpointRow,
    ComparisonRow,
    DiagnosisRow,
    EventRow,
    IdempotencyRow,
    JobRow,
    LabelRow,
    TrialRow,
)
from service.errors import AlreadyEnded, Conflict, InUse, KeyReused
from service.ids import JOB
from service.jobs.groups import job_groups
from service.jobs.queries import users_of
from service.queue import workflows
from service.queue.limits import QueueLimits
from service.telemetry import spans

Keyed = TypeVar("Keyed", ComparisonRow, TrialRow)  # rows that keep the key of the request that made them


@dataclass(frozen=True)
class IdempotencyKey:
    """A client's key for one request, and the digest of that request's body."""

    key: str
    body_sha256: str

    @classmethod
    def of(cls, key: str, document: Any) -> IdempotencyKey:
        """The key for a body; how the body is laid out does not matter."""
        return cls(key, hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest())

    def refuse_other(self, body_sha256: str) -> None:
        """Make sure that an earlier request with this key said the same.

        Raises:
            KeyReused: it had another body.
        """
        if body_sha256 != self.body_sha256:
            raise KeyReused(f"The Idempotency-Key {self.key!r} came with another body before.")


def submit(
    session: Session, owner: str, spec: TrainingJobSpec, key: IdempotencyKey | None, limits: QueueLimits
) -> JobRow:
    """Store a job and enqueue it in one transaction; or find the one that the same key has made before.

    It goes before the owner's jobs that belong to comparisons and trials.

    Raises:
        KeyReused: the key came with another body.
        QueueFull: too many jobs wait.
        QuotaExceeded: too many jobs of this owner wait.
    """
    if key is not None:
        take_turns(session, f"{owner} {key.key}")
        before = session.get(IdempotencyRow, (owner, key.key))
        if before is not None:
            key.refuse_other(before.body_sha256)
            return session.get_one(JobRow, before.job_id)
    [row] = submit_all(session, owner, [spec], limits, workflows.NORMAL)
    if key is not None:
        session.add(
            IdempotencyRow(
                owner=owner, key=key.key, body_sha256=key.body_sha256, job_id=row.id, created_at=row.created_at
            )
        )
        session.flush()
    return row


def submit_all(
    session: Session,
    owner: str,
    specs: Sequence[TrainingJobSpec],
    limits: QueueLimits,
    priority: int,
    *,
    together: bool = False,
) -> list[JobRow]:
    """Store and enqueue several jobs in one transaction, to be trained in their order.

    Args:
        session: that of the transaction.
        owner: of all the jobs.
        specs: what they train.
        limits: how many jobs may wait.
        priority: among the jobs of the owner, see :mod:`service.queue.workflows`.
        together: whether one slot trains the seeds of a spec, see :mod:`service.jobs.groups`.

    Raises:
        QueueFull: so many more jobs cannot wait; none is stored.
        QuotaExceeded: … of this owner.
    """
    # Hashing takes its time: before the transaction locks anything.
    rows = [_row(owner, spec, priority) for spec in specs]
    leaders = _grouped(rows, specs) if together else rows
    limits.check(session, JobRow, owner, len(rows))
    session.add_all(rows)
    session.flush()
    for row, spec in zip(rows, specs, strict=True):
        session.add_all(LabelRow(job_id=row.id, key=key, value=value) for key, value in spec.labels.items())
        session.add(EventRow(job_id=row.id, type=JobStatus.QUEUED, at=row.created_at, data={}))
    session.flush()
    for row in leaders:
        workflows.enqueue(session, row.id, owner, priority)
    return rows


def _grouped(rows: Sequence[JobRow], specs: Sequence[TrainingJobSpec]) -> list[JobRow]:
    """Let the jobs of each group follow its first, the leader; return the leaders."""
    leaders: list[JobRow] = []
    followers = iter(rows)
    for size in job_groups(specs):
        leaders.append(next(followers))
        for row in islice(followers, size - 1):
            row.leader = leaders[-1].id
    return leaders


def find_by_key(session: Session, rows: type[Keyed], owner: str, key: IdempotencyKey) -> Keyed | None:
    """Find the row that a request with the same key has made before; of two at once, one waits for the other.

    Raises:
        KeyReused: it had another body.
    """
    take_turns(session, f"{owner} {key.key}")
    row = session.scalar(select(rows).where(rows.owner == owner, rows.idempotency_key == key.key))
    if row is not None:
        key.refuse_other(row.body_sha256 or "")
    return row


def _row(owner: str, spec: TrainingJobSpec, priority: int) -> JobRow:
    return JobRow(
        id=JOB.new(),
        owner=owner,
        name=spec.name,
        status=JobStatus.QUEUED,
        spec=canonical(spec),
        spec_hash=spec_hash(spec),
        attempt=0,
        cancel_requested=False,
        version=1,
        epoch=0,
        epochs=spec.training.epochs,
        steps=steps(spec),
        priority=priority,
        traceparent=spans.traceparent(),
        created_at=datetime.now(UTC),
    )


def cancel(session: Session, row: JobRow) -> None:
    """End a queued job; ask the agent of a running one to end it.

    Args:
        session: the session that holds the row.
        row: the job, locked.

    Raises:
        AlreadyEnded: there is nothing to cancel.
    """
    if row.status in TERMINAL:
        raise AlreadyEnded(f"The job is {row.status} already.")
    row.cancel_requested = True
    if row.status == JobStatus.QUEUED:
        row.status = JobStatus.CANCELLED
        row.finished_at = datetime.now(UTC)
        row.version += 1
        session.flush()
        session.add(EventRow(job_id=row.id, type=JobStatus.CANCELLED, at=row.finished_at, data={}))
        session.execute(delete(CheckpointRow).where(CheckpointRow.job_id == row.id))
        workflows.cancel(session, row.id)


def cancel_all(session: Session, job_ids: Collection[str]) -> int:
    """Cancel those of several jobs that have not ended; how many these were."""
    live = (
        select(JobRow)
        .where(JobRow.id.in_(job_ids), JobRow.status.in_(LIVE))
        .order_by(JobRow.id)
        .options(load_only(JobRow.status, JobRow.version, JobRow.cancel_requested, JobRow.finished_at))
        .with_for_update()
    )
    jobs = session.scalars(live).all()
    for job in jobs:
        cancel(session, job)
    return len(jobs)


def remove(session: Session, row: JobRow) -> None:
    """Delete a job with all that it left.

    Args:
        session: the session that holds the row.
        row: the job, locked.

    Raises:
        Conflict: it is running.
        InUse: it is a version of a model.
    """
    if row.status == JobStatus.RUNNING:
        raise Conflict("The job is running; cancel it first.")
    users = users_of(session, row.id)
    if users:
        raise InUse(f"The job's network is a version of a model: {'; '.join(users)}. Delete the version first.")
    if row.status == JobStatus.QUEUED:
        workflows.cancel(session, row.id)
    session.execute(delete(UnloadedModelRow).where(UnloadedModelRow.name == row.id))
    session.execute(delete(JobRow).where(JobRow.id == row.id))


def judge_anew(session: Session, row: JobRow, diagnosis: dict[str, Any]) -> None:
    """Put a new judgement in the place of the stored one, which is kept under the version of its rules.

    Args:
        session: the session that holds the row.
        row: the job, succeeded and locked.
        diagnosis: the judgement.
    """
    assert row.result is not None
    if row.diagnosis == diagnosis:
        return
    for version in {diagnosis["version"], *([row.diagnosis["version"]] if row.diagnosis else [])}:
        session.execute(delete(DiagnosisRow).where(DiagnosisRow.job_id == row.id, DiagnosisRow.version == version))
    if row.diagnosis is not None and row.diagnosis["version"] != diagnosis["version"]:
        session.add(DiagnosisRow(job_id=row.id, version=row.diagnosis["version"], content=row.diagnosis))
    row.diagnosis = diagnosis
    row.result = {**row.result, "verdict": diagnosis["verdict"]}
    row.version += 1
