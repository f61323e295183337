"""Claims of tests, and what is written under them."""

from __future__ import annotations

import numpy as np

from models.events import Array, Artifact, Epochs, Finished, TraceBlock
from service.database.session import writing
from service.worker import recording
from service.worker.attempts import JOBS, Claim
from service.worker.recording import Outcome, Recorded
from tests.service.worker.desk import Desk

FINISHED = Finished(
    stop_reason="completed",
    epochs=3,
    metrics={"train": {"loss": 0.5}, "test": {"loss": None}},
    non_finite={"test.loss": "nan"},
    confusion_matrix=[[1, 0], [0, 1]],
    classes=[0, 1],
    weights_digest="sha256:00",
    receipt={"seed": 1, "timings": {"train": 0.25}},
)
OUTCOME = Outcome(FINISHED, [Artifact.of("weights", "application/octet-stream", b"abc")], {"verdict": "healthy"}, {})


def claim(desk: Desk, job_id: str, agent: str = "a", max_attempts: int = 3) -> Claim:
    """A claim that must come about."""
    with writing(desk.engine) as session:
        claimed = JOBS.claim(session, job_id, agent, max_attempts)
    assert claimed is not None
    return claimed


def chunk(first: int, losses: list[float]) -> Epochs:
    """A chunk of epochs with one metric and one quantity of one layer."""
    epochs = list(range(first, first + len(losses)))
    rows = Array.of(np.asarray(losses, np.float32)[:, None])
    block = TraceBlock(epoch=epochs, quantities={"gradient_norm": rows}, overall={})
    return Epochs(first=first, count=len(losses), history={"loss": Array.of(np.asarray(losses))}, trace=block)


def record(desk: Desk, claimed: Claim, *events: Recorded) -> None:
    """Record events, each in its transaction."""
    for event in events:
        with writing(desk.engine) as session:
            recording.record(session, claimed, [event])
