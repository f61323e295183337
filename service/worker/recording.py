"""Stores what a job's training says: its history, trace, surfaces, checkpoints and, at the end, its artifacts.

Every function is one part of a transaction that the caller begins and commits, fenced by the claim as those of
:mod:`service.worker.attempts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from models.events import Artifact, Checkpoint, Epochs, Finished, Started, Surface
from service.database.tables import ArtifactRow, SurfaceRow, TraceRow
from service.database.transactions import insert_once
from service.worker import checkpoints, history, tensors
from service.worker.attempts import JOBS, Claim, add_event

EVALUATION = {"metrics", "non_finite", "confusion_matrix", "classes", "decisions"}

Recorded = Started | Epochs | Surface | Checkpoint  # what is stored while a training runs


@dataclass(frozen=True)
class Outcome:
    """Everything that a finished training leaves."""

    finished: Finished
    artifacts: list[Artifact]
    result: dict[str, Any]
    diagnosis: dict[str, Any] | None


def record(session: Session, claimed: Claim, events: Sequence[Recorded]) -> None:
    """Store events of a training; storing them twice is storing them once.

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
    JOBS.change(session, claimed, **values)
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
                add_event(session, claimed.job_id, "surface", {"epoch": event.epoch})


def succeed(session: Session, claimed: Claim, outcome: Outcome) -> None:
    """End the job with everything that its training left.

    Raises:
        LostClaim: it is not this attempt's any more.
        CancelRequested: a client wants the job cancelled, and was told that it will be.
    """
    finished = outcome.finished
    timings = {"queue": claimed.waited, **finished.receipt.get("timings", {})}
    JOBS.succeed(
        session,
        claimed,
        outcome.result,
        epoch=finished.epochs,
        evaluation=finished.model_dump(mode="json", include=EVALUATION),
        receipt={**finished.receipt, "timings": timings},
        diagnosis=outcome.diagnosis,
    )
    for artifact in outcome.artifacts:
        content = artifact.bytes()
        row = artifact.model_dump(include={"name", "media_type", "sha256"})
        session.execute(insert(ArtifactRow).values(job_id=claimed.job_id, size=len(content), content=content, **row))


def _record_epochs(session: Session, claimed: Claim, event: Epochs) -> None:
    if event.trace is not None:
        content = tensors.of_trace(event.trace)
        insert_once(session, TraceRow, _file(claimed, content, first_epoch=event.trace.epoch[0]))
    if event.count:
        history.store(session, claimed.job_id, event)
        progress = {"epoch": event.first + event.count - 1, "epochs": claimed.epochs, "metrics": history.last(event)}
        add_event(session, claimed.job_id, "progress", progress)


def _file(claimed: Claim, content: bytes, **epoch: int) -> dict[str, Any]:
    return {"job_id": claimed.job_id, "sha256": tensors.digest(content), "content": content, **epoch}
