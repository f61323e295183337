"""Jobs as a client and an auditor see them, for tests."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from sqlalchemy import Engine, select, update

from models.specs.check import parse
from service.database.job_states import TERMINAL
from service.database.session import reading, writing
from service.database.tables import ArtifactRow, CheckpointRow, EpochMetricRow, EventRow, JobRow, TraceRow
from service.jobs import operations, recorded
from service.queue.limits import QueueLimits
from tests.service.worker.agents import until

ENDLESS = 100_000  # epochs, each of them slow: a job that ends only when it is ended
LONG = 6_000  # epochs, of some seconds: a job that ends by itself, and not before something can happen to it


def document(*, epochs: int = 5, seed: int = 1) -> dict[str, Any]:
    """A small network on circles."""
    rows = {ENDLESS: 50_000, LONG: 10_000}.get(epochs, 200)
    return {
        "data": {
            "source": {"type": "circles", "n_samples": rows, "noise": 0.1, "random_state": 1},
            "split": {"type": "head", "train_size": rows // 2},
        },
        "architecture": {
            "layers": [
                {"type": "dense", "units": 4, "activation": "tanh"},
                {"type": "dense", "units": 1, "activation": "sigmoid"},
            ]
        },
        "training": {
            "optimizer": {"type": "sgd", "learning_rate": 0.01},
            "loss": "binary_crossentropy",
            "metrics": ["accuracy"],
            "epochs": epochs,
        },
        "seed": seed,
    }


class Desk:
    """Submits jobs and looks at their rows."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def submit(self, owner: str = "someone", spec: dict[str, Any] | None = None, **changes: int) -> str:
        """The id of a new job: ``spec``, or the small network with ``changes``."""
        with writing(self.engine) as session:
            return operations.submit(session, owner, parse(spec or document(**changes)), None, QueueLimits(10_000)).id

    def cancel(self, job_id: str) -> None:
        """Cancel a job as a client does."""
        with writing(self.engine) as session:
            operations.cancel(session, session.get_one(JobRow, job_id, with_for_update=True))

    def job(self, job_id: str) -> JobRow:
        """A job's row."""
        with reading(self.engine) as session:
            return session.get_one(JobRow, job_id)

    def status(self, job_id: str) -> str:
        """A job's status."""
        return self.job(job_id).status

    def ended(self, job_id: str, timeout: float = 60.0) -> JobRow:
        """A job's row when it has ended."""
        until(lambda: self.status(job_id) in TERMINAL, timeout)
        return self.job(job_id)

    def trains(self, job_id: str, attempt: int = 1, *, chunks: int = 1) -> None:
        """Wait until an attempt at a job has trained for some chunks of epochs."""

        def trained() -> bool:
            attempts = self.progress(job_id)
            return len(attempts) == attempt and len(attempts[-1]) >= chunks

        until(trained)

    def events(self, job_id: str) -> list[str]:
        """The types of a job's events, without its progress."""
        quiet = ("progress", "surface")
        query = select(EventRow.type).where(EventRow.job_id == job_id, EventRow.type.not_in(quiet))
        with reading(self.engine) as session:
            return list(session.scalars(query.order_by(EventRow.id)))

    def epochs(self, job_id: str) -> dict[str, list[int]]:
        """The stored epochs of each metric."""
        query = select(EpochMetricRow.metric, EpochMetricRow.epoch).where(EpochMetricRow.job_id == job_id)
        found: dict[str, list[int]] = {}
        with reading(self.engine) as session:
            for metric, epoch in session.execute(query.order_by(EpochMetricRow.epoch)):
                found.setdefault(metric, []).append(epoch)
        return found

    def progress(self, job_id: str) -> list[list[int]]:
        """The epochs after which each attempt at a job has told its progress."""
        query = select(EventRow.type, EventRow.data).where(EventRow.job_id == job_id).order_by(EventRow.id)
        attempts: list[list[int]] = []
        with reading(self.engine) as session:
            for kind, data in session.execute(query):
                if kind == "started":
                    attempts.append([])
                if kind == "progress":
                    attempts[-1].append(data["epoch"])
        return attempts

    def checkpoints(self, job_id: str) -> list[int]:
        """The epochs of a job's checkpoints."""
        query = select(CheckpointRow.epoch).where(CheckpointRow.job_id == job_id).order_by(CheckpointRow.epoch)
        with reading(self.engine) as session:
            return list(session.scalars(query))

    def damage(self, job_id: str, *epochs: int) -> None:
        """Spoil some checkpoints of a job."""
        of_job = CheckpointRow.job_id == job_id, CheckpointRow.epoch.in_(epochs)
        with writing(self.engine) as session:
            session.execute(update(CheckpointRow).where(*of_job).values(content=b"damaged"))

    def check_equal(self, one: str, other: str) -> None:
        """Assert that two jobs of one spec have left the same, to the last bit."""
        first, second = self.job(one), self.job(other)
        assert (first.result, first.evaluation) == (second.result, second.evaluation)
        assert first.diagnosis is not None
        assert first.diagnosis == second.diagnosis
        with reading(self.engine) as session:
            mine, yours = recorded.record(session, one), recorded.record(session, other)
        tables = (
            (mine.history, yours.history),
            (mine.trace.quantities, yours.trace.quantities),
            (mine.trace.overall, yours.trace.overall),
        )
        np.testing.assert_array_equal(mine.trace.epoch, yours.trace.epoch)
        for expected, found in tables:
            assert expected.keys() == found.keys()
            for name, values in expected.items():
                np.testing.assert_array_equal(found[name], values, err_msg=name)

    def check_done_once(self, job_id: str) -> None:
        """Assert that a job succeeded, and everything of it is there exactly once."""
        job = self.job(job_id)
        assert job.status == "succeeded", job.error
        assert Counter(self.events(job_id))["succeeded"] == 1
        metrics = self.epochs(job_id)
        assert {"loss", "accuracy", "val_loss", "val_accuracy", "learning_rate"} <= set(metrics)
        assert all(epochs == list(range(1, job.epochs + 1)) for epochs in metrics.values())
        with reading(self.engine) as session:
            names = session.scalars(select(ArtifactRow.name).where(ArtifactRow.job_id == job_id))
            assert sorted(names) == ["keras", "predictions", "signature", "tflite", "weights"]
            traces = session.scalars(select(TraceRow.first_epoch).where(TraceRow.job_id == job_id))
            assert min(traces) == 0
        assert self.checkpoints(job_id) == []
