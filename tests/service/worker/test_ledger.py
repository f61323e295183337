"""The fenced writes of an agent."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from models.events import Array, Artifact, Epochs, Finished, Started, Surface, TraceBlock
from service.database.session import reading, writing
from service.database.tables import ArtifactRow, EpochMetricRow, EventRow, SurfaceRow, TraceRow
from service.worker import ledger
from service.worker.interruptions import CancelRequested, LostClaim
from service.worker.ledger import Claim, Outcome, Said
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
        claimed = ledger.claim(session, job_id, agent, max_attempts)
    assert claimed is not None
    return claimed


def chunk(first: int, losses: list[float]) -> Epochs:
    """A chunk of epochs with one metric and one quantity of one layer."""
    epochs = list(range(first, first + len(losses)))
    rows = Array.of(np.asarray(losses, np.float32)[:, None])
    block = TraceBlock(epoch=epochs, quantities={"gradient_norm": rows}, overall={})
    return Epochs(first=first, count=len(losses), history={"loss": Array.of(np.asarray(losses))}, trace=block)


def record(desk: Desk, claimed: Claim, *events: Said) -> None:
    """Record events, each in its transaction."""
    for event in events:
        with writing(desk.engine) as session:
            ledger.record(session, claimed, [event])


class TestClaim:
    def test_a_job_begins(self, desk: Desk) -> None:
        job_id = desk.submit(epochs=7)
        claimed = claim(desk, job_id)
        job = desk.job(job_id)
        assert (job.status, job.attempt, job.agent_id, job.version) == ("running", 1, "a", 2)
        assert claimed.spec == job.spec
        assert (claimed.epochs, claimed.lost) == (7, 0)
        assert 0 <= claimed.waited < 60
        assert desk.events(job_id) == ["queued", "started"]

    def test_it_is_exclusive(self, desk: Desk) -> None:
        job_id = desk.submit()

        def take(agent: int) -> Claim | None:
            with writing(desk.engine) as session:
                return ledger.claim(session, job_id, f"agent {agent}", 100)

        with ThreadPoolExecutor(8) as pool:
            claims = [claimed for claimed in pool.map(take, range(8)) if claimed is not None]
        assert sorted(claimed.attempt for claimed in claims) == list(range(1, 9))
        last = max(claims, key=lambda claimed: claimed.attempt)
        for claimed in claims:
            with reading(desk.engine) as session:
                if claimed is last:
                    ledger.look(session, claimed)
                else:
                    with pytest.raises(LostClaim):
                        ledger.look(session, claimed)

    @pytest.mark.parametrize("end", ["succeed", "fail", "cancel"])
    def test_a_job_that_has_ended_is_not_claimed(self, desk: Desk, end: str) -> None:
        job_id = desk.submit()
        claimed = claim(desk, job_id)
        arguments: dict[str, Any] = {"succeed": {"outcome": OUTCOME}, "fail": {"error": ledger.died(1)}, "cancel": {}}
        with writing(desk.engine) as session:
            getattr(ledger, end)(session, claimed, **arguments[end])
        before = desk.job(job_id)
        with writing(desk.engine) as session:
            assert ledger.claim(session, job_id, "b", 3) is None
        after = desk.job(job_id)
        assert (after.status, after.attempt, after.version) == (before.status, 1, before.version)

    def test_a_missing_job_is_not_claimed(self, desk: Desk) -> None:
        with writing(desk.engine) as session:
            assert ledger.claim(session, "job_that_was_deleted", "a", 3) is None

    def test_a_job_that_shall_be_cancelled_is(self, desk: Desk) -> None:
        job_id = desk.submit()
        claim(desk, job_id)  # by an agent that dies now
        desk.cancel(job_id)
        with writing(desk.engine) as session:
            assert ledger.claim(session, job_id, "b", 3) is None
        assert desk.status(job_id) == "cancelled"
        assert desk.events(job_id) == ["queued", "started", "cancelled"]

    def test_another_attempt_begins_with_nothing(self, desk: Desk) -> None:
        job_id = desk.submit()
        first = claim(desk, job_id)
        surface = Surface(epoch=0, x=Array.of(np.zeros(2)), y=Array.of(np.zeros(2)), output=Array.of(np.zeros(4)))
        record(desk, first, chunk(1, [0.9, 0.8]), surface)
        second = claim(desk, job_id, "b")
        assert (second.attempt, second.lost) == (2, 1)
        assert desk.job(job_id).epoch == 0
        with reading(desk.engine) as session:
            for table in (EpochMetricRow, TraceRow, SurfaceRow):
                assert session.scalar(select(func.count()).select_from(table)) == 0

    def test_after_the_last_attempt_the_job_has_failed(self, desk: Desk) -> None:
        job_id = desk.submit()
        claim(desk, job_id, max_attempts=2)
        claim(desk, job_id, max_attempts=2)
        with writing(desk.engine) as session:
            assert ledger.claim(session, job_id, "c", 2) is None
        job = desk.job(job_id)
        assert (job.status, job.attempt) == ("failed", 2)
        assert job.error is not None
        assert job.error["type"] == "process_died"
        assert desk.events(job_id) == ["queued", "started", "started", "failed"]

    def test_attempts_that_were_handed_back_are_not_lost(self, desk: Desk) -> None:
        job_id = desk.submit()
        for _ in range(5):
            claimed = claim(desk, job_id, max_attempts=2)
            assert claimed.lost == 0
            with writing(desk.engine) as session:
                ledger.hand_back(session, claimed)
            assert desk.status(job_id) == "queued"
        assert claim(desk, job_id).attempt == 6


class TestFence:
    """What an agent writes that was taken for dead and wakes up."""

    def test_nothing_of_it_counts(self, desk: Desk) -> None:
        job_id = desk.submit()
        zombie = claim(desk, job_id)
        successor = claim(desk, job_id, "b")
        record(desk, successor, chunk(1, [0.5]))
        before = desk.job(job_id)
        writes: list[Callable[[Session], None]] = [
            partial(ledger.record, claimed=zombie, events=[chunk(2, [9.0])]),
            partial(ledger.succeed, claimed=zombie, outcome=OUTCOME),
            partial(ledger.fail, claimed=zombie, error=ledger.died(1)),
            partial(ledger.cancel, claimed=zombie),
            partial(ledger.hand_back, claimed=zombie),
        ]
        for write in writes:
            with pytest.raises(LostClaim), writing(desk.engine) as session:
                write(session)
        after = desk.job(job_id)
        assert (after.status, after.attempt, after.version, after.epoch) == ("running", 2, before.version, 1)
        assert desk.epochs(job_id) == {"loss": [1]}
        assert desk.events(job_id) == ["queued", "started", "started"]

    def test_nothing_is_written_after_the_end(self, desk: Desk) -> None:
        job_id = desk.submit()
        claimed = claim(desk, job_id)
        with writing(desk.engine) as session:
            ledger.succeed(session, claimed, OUTCOME)
        with pytest.raises(LostClaim), writing(desk.engine) as session:
            ledger.record(session, claimed, [chunk(1, [0.5])])
        with pytest.raises(LostClaim), writing(desk.engine) as session:
            ledger.fail(session, claimed, ledger.died(1))
        assert desk.status(job_id) == "succeeded"


class TestRecord:
    def test_the_start_names_the_layers(self, desk: Desk) -> None:
        job_id = desk.submit()
        started = Started(epochs=5, train_rows=1, test_rows=1, layers=["dense", "dense_1"], metrics=["loss"])
        record(desk, claim(desk, job_id), started)
        assert desk.job(job_id).trace_layers == ["dense", "dense_1"]

    def test_a_chunk_is_history_trace_and_progress(self, desk: Desk) -> None:
        job_id = desk.submit(epochs=5)
        record(desk, claim(desk, job_id), chunk(1, [0.5, 0.25]), chunk(3, [0.125]))
        assert desk.epochs(job_id) == {"loss": [1, 2, 3]}
        assert desk.job(job_id).epoch == 3
        with reading(desk.engine) as session:
            traces = list(session.scalars(select(TraceRow).order_by(TraceRow.first_epoch)))
            tensors = load(traces[0].content)
            progress = list(session.scalars(select(EventRow.data).where(EventRow.type == "progress")))
        assert [trace.first_epoch for trace in traces] == [1, 3]
        np.testing.assert_array_equal(tensors["epoch"], [1, 2])
        np.testing.assert_array_equal(tensors["quantities.gradient_norm"], [[0.5], [0.25]])
        assert progress[-1] == {"epoch": 3, "epochs": 5, "metrics": {"loss": 0.125}}

    def test_numbers_that_json_cannot_hold_have_names(self, desk: Desk) -> None:
        job_id = desk.submit()
        record(desk, claim(desk, job_id), chunk(1, [np.nan, np.inf, -np.inf, 1.5]))
        with reading(desk.engine) as session:
            rows = session.execute(
                select(EpochMetricRow.value, EpochMetricRow.non_finite).order_by(EpochMetricRow.epoch)
            )
            assert [tuple(row) for row in rows] == [(None, "nan"), (None, "inf"), (None, "-inf"), (1.5, None)]

    def test_the_untrained_network_has_a_trace_and_no_epoch(self, desk: Desk) -> None:
        job_id = desk.submit()
        block = TraceBlock(epoch=[0], quantities={"a": Array.of(np.zeros((1, 1), np.float32))}, overall={})
        record(desk, claim(desk, job_id), Epochs(first=1, count=0, history={}, trace=block))
        assert desk.job(job_id).epoch == 0
        assert desk.epochs(job_id) == {}
        with reading(desk.engine) as session:
            assert session.scalars(select(TraceRow.first_epoch)).all() == [0]

    def test_what_is_recorded_again_is_there_once(self, desk: Desk) -> None:
        job_id = desk.submit()
        claimed = claim(desk, job_id)
        surface = Surface(epoch=2, x=Array.of(np.zeros(2)), y=Array.of(np.zeros(2)), output=Array.of(np.zeros(4)))
        for event in (chunk(1, [0.5, 0.25]), surface):
            record(desk, claimed, event, event)
        assert desk.epochs(job_id) == {"loss": [1, 2]}
        with reading(desk.engine) as session:
            assert len(session.scalars(select(TraceRow)).all()) == 1
            (row,) = session.scalars(select(SurfaceRow))
        assert set(load(row.content)) == {"x", "y", "output"}

    def test_it_sees_the_wish_to_cancel(self, desk: Desk) -> None:
        job_id = desk.submit()
        claimed = claim(desk, job_id)
        desk.cancel(job_id)
        with pytest.raises(CancelRequested), writing(desk.engine) as session:
            ledger.record(session, claimed, [chunk(1, [0.5])])
        with pytest.raises(CancelRequested), reading(desk.engine) as session:
            ledger.look(session, claimed)
        with writing(desk.engine) as session:
            ledger.cancel(session, claimed)
        assert desk.status(job_id) == "cancelled"

    def test_every_write_makes_a_new_version(self, desk: Desk) -> None:
        job_id = desk.submit()
        claimed = claim(desk, job_id)
        versions = [desk.job(job_id).version]
        for first in (1, 2, 3):
            record(desk, claimed, chunk(first, [0.5]))
            versions.append(desk.job(job_id).version)
        assert versions == sorted(set(versions))


class TestSucceed:
    def test_everything_is_there(self, desk: Desk) -> None:
        job_id = desk.submit()
        claimed = claim(desk, job_id)
        with writing(desk.engine) as session:
            ledger.succeed(session, claimed, OUTCOME)
        job = desk.job(job_id)
        assert (job.status, job.result, job.diagnosis, job.epoch) == ("succeeded", {"verdict": "healthy"}, {}, 3)
        assert job.finished_at is not None
        assert job.receipt == {"seed": 1, "timings": {"queue": claimed.waited, "train": 0.25}}
        assert job.evaluation == {
            "metrics": {"train": {"loss": 0.5}, "test": {"loss": None}},
            "non_finite": {"test.loss": "nan"},
            "confusion_matrix": [[1, 0], [0, 1]],
            "classes": [0, 1],
        }
        with reading(desk.engine) as session:
            (artifact,) = session.scalars(select(ArtifactRow))
            assert (artifact.name, artifact.size, artifact.content) == ("weights", 3, b"abc")
        assert desk.events(job_id) == ["queued", "started", "succeeded"]

    def test_a_job_that_shall_be_cancelled_does_not_succeed(self, desk: Desk) -> None:
        job_id = desk.submit()
        claimed = claim(desk, job_id)
        desk.cancel(job_id)
        with pytest.raises(CancelRequested), writing(desk.engine) as session:
            ledger.succeed(session, claimed, OUTCOME)
        assert desk.status(job_id) == "running"
        with reading(desk.engine) as session:
            assert session.scalars(select(ArtifactRow)).all() == []


def test_events_of_one_job_are_numbered_in_the_order_of_their_commits(engine: Engine, desk: Desk) -> None:
    job_id = desk.submit()
    claimed = claim(desk, job_id)

    def write(first: int) -> None:
        with writing(engine) as session:
            ledger.record(session, claimed, [chunk(first, [float(first)])])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(1, 13)))
    with reading(engine) as session:
        ids = session.scalars(select(EventRow.id).where(EventRow.job_id == job_id)).all()
    assert len(ids) == len(set(ids)) == 14
