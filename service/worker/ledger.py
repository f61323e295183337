"""An agent's writes to the rows of a job.

Every function is one part of a transaction that the caller begins and commits. Those that take a :class:`Claim` are
fenced: they change the row only while it is running under the claim's attempt, and they change it before they add
other rows. An agent that was taken for dead and wakes up again therefore changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, exists, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from models.events import Artifact, Checkpoint, Epochs, Finished, Started, Surface
from service.database.job_states import LIVE, JobStatus, before
from service.database.tables import ArtifactRow, EventRow, JobRow, SurfaceRow, TraceRow
from service.database.transactions import insert_once
from service.worker import checkpoints, history, tensors
from service.worker.interruptions import CancelRequested, LostClaim

BEFORE = aliased(JobRow)  # the job that was trained before another one
Said = Started | Epochs | Surface | Checkpoint  # what is stored while a training runs


@dataclass(frozen=True)
class Claim:
    """A running attempt at a job: whose writes count."""

    job_id: str
    attempt: int
    spec: dict[str, Any]
    epochs: int
    waited: float  # seconds from submission to this claim
    lost: int  # earlier attempts whose process died
    epoch: int = 0  # of the checkpoint from which it goes on
    traceparent: str | None = None  # of the request that submitted it


@dataclass(frozen=True)
class Outcome:
    """Everything that a finished training leaves."""

    finished: Finished
    artifacts: list[Artifact]
    result: dict[str, Any]
    diagnosis: dict[str, Any] | None


def claim(session: Session, job_id: str, agent_id: str, max_attempts: int) -> Claim | None:
    """Make a job this agent's: its next attempt begins, where the last checkpoint was made.

    Returns:
        The claim; or None where there is nothing to train: the job has ended, or it ends here because a client wants
        it cancelled or its attempts are used up.
    """
    now = datetime.now(UTC)
    row = session.execute(
        update(JobRow)
        .where(JobRow.id == job_id, JobRow.status.in_(before(JobStatus.RUNNING)), ~JobRow.cancel_requested)
        .values(
            attempt=JobRow.attempt + 1,
            status=JobStatus.RUNNING,
            agent_id=agent_id,
            version=JobRow.version + 1,
            started_at=now,
        )
        .returning(JobRow.attempt, JobRow.spec, JobRow.epochs, JobRow.created_at, JobRow.traceparent)
    ).one_or_none()
    if row is None:
        _end_unclaimed(session, job_id, JobStatus.CANCELLED, {}, JobRow.cancel_requested)
        return None
    lost = row.attempt - 1 - _handed_back(session, job_id) if row.attempt > 1 else 0
    if lost >= max_attempts:
        session.execute(update(JobRow).where(JobRow.id == job_id).values(attempt=row.attempt - 1))
        abandon(session, job_id, died(lost))
        return None
    epoch = 0
    if row.attempt > 1:
        epoch = checkpoints.newest(session, job_id)
        checkpoints.rewind(session, job_id, epoch)
        session.execute(update(JobRow).where(JobRow.id == job_id).values(epoch=epoch))
    _say(session, job_id, "started", {"attempt": row.attempt, "epochs": row.epochs})
    waited = max(0.0, (now - row.created_at).total_seconds())  # two machines may disagree about the time
    return Claim(job_id, row.attempt, row.spec, row.epochs, waited, lost, epoch, row.traceparent)


def follower(session: Session, leader: str, after: str) -> str | None:
    """The next job after ``after`` that is trained in the workflow of ``leader`` and has not ended.

    None where ``after`` itself has not ended: it runs elsewhere, and there the others will follow it.
    """
    elsewhere = exists().where(BEFORE.id == after, BEFORE.status.in_(LIVE))
    following = (JobRow.leader == leader, JobRow.id > after, JobRow.status.in_(LIVE), ~elsewhere)
    return session.scalar(select(JobRow.id).where(*following).order_by(JobRow.id).limit(1))


def look(session: Session, claimed: Claim) -> None:
    """See whether the attempt may go on.

    Raises:
        LostClaim: it is not this attempt's any more.
        CancelRequested: a client wants the job cancelled.
    """
    row = session.execute(
        select(JobRow.cancel_requested).where(*_fence(claimed)),
    ).one_or_none()
    _heed(row, claimed)


def record(session: Session, claimed: Claim, events: Sequence[Said]) -> None:
    """Store what a training has said; storing it twice is storing it once.

    Raises:
        LostClaim: it is not this attempt's any more.
        CancelRequested: a client wants the job cancelled.
    """
    values: dict[str, Any] = {}
    for event in events:
        match event:
            case Started():
                values |= {"epochs": event.epochs, "trace_layers": event.layers, "epoch": event.epoch}
            case Epochs():
                values["epoch"] = event.first + event.count - 1
            case Surface() | Checkpoint():
                pass
    _heed(_change(session, claimed, **values), claimed)
    for event in events:
        match event:
            case Started():
                checkpoints.rewind(session, claimed.job_id, event.epoch)
            case Checkpoint():
                checkpoints.keep(session, claimed.job_id, event)
            case Epochs():
                _record_epochs(session, claimed, event)
            case Surface():
                insert_once(session, SurfaceRow, _file(claimed, tensors.of_surface(event), epoch=event.epoch))
                _say(session, claimed.job_id, "surface", {"epoch": event.epoch})


def succeed(session: Session, claimed: Claim, outcome: Outcome) -> None:
    """End the job with everything that its training left.

    Raises:
        LostClaim: it is not this attempt's any more.
        CancelRequested: a client wants the job cancelled, and was told that it will be.
    """
    finished, result = outcome.finished, outcome.result
    evaluation = finished.model_dump(mode="json", include={"metrics", "non_finite", "confusion_matrix", "classes"})
    timings = {"queue": claimed.waited, **finished.receipt.get("timings", {})}
    values = {
        "epoch": finished.epochs,
        "result": result,
        "evaluation": evaluation,
        "receipt": {**finished.receipt, "timings": timings},
        "diagnosis": outcome.diagnosis,
    }
    now = datetime.now(UTC)
    _heed(_change(session, claimed, status=JobStatus.SUCCEEDED, finished_at=now, **values), claimed)
    checkpoints.discard(session, claimed.job_id)
    for artifact in outcome.artifacts:
        content = artifact.bytes()
        row = artifact.model_dump(include={"name", "media_type", "sha256"})
        session.execute(insert(ArtifactRow).values(job_id=claimed.job_id, size=len(content), content=content, **row))
    _say(session, claimed.job_id, JobStatus.SUCCEEDED, {"result": result})


def fail(session: Session, claimed: Claim, error: dict[str, str]) -> None:
    """End the job; ``error`` has ``type``, ``title`` and ``detail``."""
    _end(session, claimed, JobStatus.FAILED, {"error": error})
    _say(session, claimed.job_id, JobStatus.FAILED, {"error": error})


def cancel(session: Session, claimed: Claim) -> None:
    """End the job as its client wished."""
    _end(session, claimed, JobStatus.CANCELLED, {})
    _say(session, claimed.job_id, JobStatus.CANCELLED, {})


def hand_back(session: Session, claimed: Claim) -> None:
    """Give the job back to the queue; the attempt does not count as lost. One that shall be cancelled ends here."""
    row = _change(session, claimed, status=JobStatus.QUEUED, agent_id=None, started_at=None)
    if row is None:
        raise LostClaim(claimed.job_id)
    if row.cancel_requested:
        _end_unclaimed(session, claimed.job_id, JobStatus.CANCELLED, {})
        return
    epoch = checkpoints.reached(session, claimed.job_id)
    session.execute(update(JobRow).where(JobRow.id == claimed.job_id).values(epoch=epoch))
    _say(session, claimed.job_id, JobStatus.QUEUED, {})


def abandon(session: Session, job_id: str, error: dict[str, str]) -> None:
    """Fail a job that no attempt runs any more, if it has not ended."""
    _end_unclaimed(session, job_id, JobStatus.FAILED, {"error": error})


def died(attempts: int) -> dict[str, str]:
    """The error of a job whose process died in every attempt."""
    times = "once" if attempts == 1 else f"in each of {attempts} attempts"
    return {
        "type": "process_died",
        "title": "The training's process died",
        "detail": f"The process that trains this job died {times}. It may need more memory than there is.",
    }


def _record_epochs(session: Session, claimed: Claim, event: Epochs) -> None:
    if event.trace is not None:
        content = tensors.of_trace(event.trace)
        insert_once(session, TraceRow, _file(claimed, content, first_epoch=event.trace.epoch[0]))
    if event.count:
        history.store(session, claimed.job_id, event)
        progress = {"epoch": event.first + event.count - 1, "epochs": claimed.epochs, "metrics": history.last(event)}
        _say(session, claimed.job_id, "progress", progress)


def _fence(claimed: Claim) -> tuple[Any, Any, Any]:
    return JobRow.id == claimed.job_id, JobRow.attempt == claimed.attempt, JobRow.status == JobStatus.RUNNING


def _change(session: Session, claimed: Claim, **values: Any) -> Row[bool] | None:
    return session.execute(
        update(JobRow)
        .where(*_fence(claimed))
        .values(version=JobRow.version + 1, **values)
        .returning(JobRow.cancel_requested)
        .execution_options(synchronize_session=False)
    ).one_or_none()


def _heed(row: Row[bool] | None, claimed: Claim) -> None:
    if row is None:
        raise LostClaim(claimed.job_id)
    if row.cancel_requested:
        raise CancelRequested(claimed.job_id)


def _end(session: Session, claimed: Claim, status: JobStatus, values: dict[str, Any]) -> None:
    if _change(session, claimed, status=status, finished_at=datetime.now(UTC), **values) is None:
        raise LostClaim(claimed.job_id)
    checkpoints.discard(session, claimed.job_id)


def _end_unclaimed(session: Session, job_id: str, status: JobStatus, values: dict[str, Any], *conditions: Any) -> None:
    ended = session.execute(
        update(JobRow)
        .where(JobRow.id == job_id, JobRow.status.in_(before(status)), *conditions)
        .values(status=status, version=JobRow.version + 1, finished_at=datetime.now(UTC), **values)
        .returning(JobRow.id)
    ).one_or_none()
    if ended is not None:
        checkpoints.discard(session, job_id)
        _say(session, job_id, status, values)


def _handed_back(session: Session, job_id: str) -> int:
    """How often the job came back to the queue: the first time it was queued, every other time handed back."""
    queued = select(func.count()).where(EventRow.job_id == job_id, EventRow.type == JobStatus.QUEUED)
    return max(0, session.scalar(queued) or 0) - 1


def _say(session: Session, job_id: str, kind: str, data: dict[str, Any]) -> None:
    session.execute(insert(EventRow).values(job_id=job_id, type=kind, at=datetime.now(UTC), data=data))


def _file(claimed: Claim, content: bytes, **epoch: int) -> dict[str, Any]:
    return {"job_id": claimed.job_id, "sha256": tensors.digest(content), "content": content, **epoch}
