"""The fenced writes of an agent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from safetensors.numpy import load
from sqlalchemy import Engine, select

from models.events import Array, Epochs, Started, Surface, TraceBlock
from service.database.session import reading, writing
from service.database.tables import ArtifactRow, EpochMetricRow, EventRow, SurfaceRow, TraceRow
from service.worker import recording
from service.worker.attempts import JOBS
from service.worker.interruptions import CancelRequested
from tests.service.worker.claims import OUTCOME, chunk, claim, record
from tests.service.worker.desk import Desk


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
            recording.record(session, claimed, [chunk(1, [0.5])])
        with pytest.raises(CancelRequested), reading(desk.engine) as session:
            JOBS.look(session, claimed)
        with writing(desk.engine) as session:
            JOBS.cancel(session, claimed)
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
            recording.succeed(session, claimed, OUTCOME)
        job = desk.job(job_id)
        assert (job.status, job.result, job.diagnosis, job.epoch) == ("succeeded", {"verdict": "healthy"}, {}, 3)
        assert job.finished_at is not None
        assert job.receipt == {"seed": 1, "timings": {"queue": claimed.waited, "train": 0.25}}
        assert job.evaluation == {
            "metrics": {"train": {"loss": 0.5}, "test": {"loss": None}},
            "non_finite": {"test.loss": "nan"},
            "confusion_matrix": [[1, 0], [0, 1]],
            "classes": [0, 1],
            "decisions": None,
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
            recording.succeed(session, claimed, OUTCOME)
        assert desk.status(job_id) == "running"
        with reading(desk.engine) as session:
            assert session.scalars(select(ArtifactRow)).all() == []


def test_events_of_one_job_are_numbered_in_the_order_of_their_commits(engine: Engine, desk: Desk) -> None:
    job_id = desk.submit()
    claimed = claim(desk, job_id)

    def write(first: int) -> None:
        with writing(engine) as session:
            recording.record(session, claimed, [chunk(first, [float(first)])])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(1, 13)))
    with reading(engine) as session:
        ids = session.scalars(select(EventRow.id).where(EventRow.job_id == job_id)).all()
    assert len(ids) == len(set(ids)) == 14
