"""Taking a job, and what a claim that was lost can no longer do."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.events import Array, Surface
from service.database.session import reading, writing
from service.database.tables import EpochMetricRow, SurfaceRow, TraceRow
from service.worker import recording
from service.worker.attempts import JOBS, Claim
from service.worker.interruptions import LostClaim
from tests.service.worker.claims import OUTCOME, chunk, claim, record
from tests.service.worker.desk import Desk


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
                return JOBS.claim(session, job_id, f"agent {agent}", 100)

        with ThreadPoolExecutor(8) as pool:
            claims = [claimed for claimed in pool.map(take, range(8)) if claimed is not None]
        assert sorted(claimed.attempt for claimed in claims) == list(range(1, 9))
        last = max(claims, key=lambda claimed: claimed.attempt)
        for claimed in claims:
            with reading(desk.engine) as session:
                if claimed is last:
                    JOBS.look(session, claimed)
                else:
                    with pytest.raises(LostClaim):
                        JOBS.look(session, claimed)

    @pytest.mark.parametrize("end", ["succeed", "fail", "cancel"])
    def test_a_job_that_has_ended_is_not_claimed(self, desk: Desk, end: str) -> None:
        job_id = desk.submit()
        claimed = claim(desk, job_id)
        ends: dict[str, Callable[[Session], None]] = {
            "succeed": partial(recording.succeed, claimed=claimed, outcome=OUTCOME),
            "fail": partial(JOBS.fail, claimed=claimed, error=JOBS.died(1)),
            "cancel": partial(JOBS.cancel, claimed=claimed),
        }
        with writing(desk.engine) as session:
            ends[end](session)
        before = desk.job(job_id)
        with writing(desk.engine) as session:
            assert JOBS.claim(session, job_id, "b", 3) is None
        after = desk.job(job_id)
        assert (after.status, after.attempt, after.version) == (before.status, 1, before.version)

    def test_a_missing_job_is_not_claimed(self, desk: Desk) -> None:
        with writing(desk.engine) as session:
            assert JOBS.claim(session, "job_that_was_deleted", "a", 3) is None

    def test_a_job_that_shall_be_cancelled_is(self, desk: Desk) -> None:
        job_id = desk.submit()
        claim(desk, job_id)  # by an agent that dies now
        desk.cancel(job_id)
        with writing(desk.engine) as session:
            assert JOBS.claim(session, job_id, "b", 3) is None
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
            assert JOBS.claim(session, job_id, "c", 2) is None
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
                JOBS.hand_back(session, claimed)
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
            partial(recording.record, claimed=zombie, events=[chunk(2, [9.0])]),
            partial(recording.succeed, claimed=zombie, outcome=OUTCOME),
            partial(JOBS.fail, claimed=zombie, error=JOBS.died(1)),
            partial(JOBS.cancel, claimed=zombie),
            partial(JOBS.hand_back, claimed=zombie),
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
            recording.succeed(session, claimed, OUTCOME)
        with pytest.raises(LostClaim), writing(desk.engine) as session:
            recording.record(session, claimed, [chunk(1, [0.5])])
        with pytest.raises(LostClaim), writing(desk.engine) as session:
            JOBS.fail(session, claimed, JOBS.died(1))
        assert desk.status(job_id) == "succeeded"
