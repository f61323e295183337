"""Preflights as an agent's work: fenced writes, their place in the queue, and a real child."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models.specs.check import parse
from service.database.job_states import TERMINAL
from service.database.session import reading, writing
from service.database.tables import PreflightRow
from service.experiments.preflights.operations import request
from service.queue import workflows
from service.queue.executor import Executor
from service.queue.limits import QueueLimits
from service.worker.attempts import PREFLIGHTS, Claim
from service.worker.interruptions import LostClaim
from service.worker.recovery import reconcile
from tests.databases import KINDS
from tests.service.queue.test_workflows import spoil, status
from tests.service.worker.agents import Agent, until
from tests.service.worker.desk import Desk, document

Start = Callable[..., Agent]


def ask(engine: Engine, *, single_batch: bool = False) -> str:
    """The id of a new preflight."""
    with writing(engine) as session:
        return request(session, "someone", parse(document()), QueueLimits(100), single_batch=single_batch).id


def claim(engine: Engine, preflight_id: str, attempts: int = 3) -> Claim | None:
    with writing(engine) as session:
        return PREFLIGHTS.claim(session, preflight_id, "a", attempts)


def row(engine: Engine, preflight_id: str) -> PreflightRow:
    with reading(engine) as session:
        return session.get_one(PreflightRow, preflight_id)


class TestFence:
    def test_an_older_attempt_writes_nothing(self, engine: Engine) -> None:
        made = ask(engine)
        first, second = claim(engine, made), claim(engine, made)
        assert first is not None
        assert second is not None
        assert (second.attempt, second.lost) == (2, 1)
        writes: tuple[Callable[[Session], None], ...] = (
            lambda session: PREFLIGHTS.look(session, first),
            lambda session: PREFLIGHTS.succeed(session, first, {}),
            lambda session: PREFLIGHTS.fail(session, first, PREFLIGHTS.died(1)),
            lambda session: PREFLIGHTS.hand_back(session, first),
        )
        for write in writes:
            with pytest.raises(LostClaim), writing(engine) as session:
                write(session)
        with writing(engine) as session:
            PREFLIGHTS.look(session, second)
            PREFLIGHTS.succeed(session, second, {"verdict": "healthy"})
        found = row(engine, made)
        assert (found.status, found.result) == ("succeeded", {"verdict": "healthy"})
        assert claim(engine, made) is None
        with writing(engine) as session:
            PREFLIGHTS.abandon(session, made, PREFLIGHTS.died(1))
        assert row(engine, made).status == "succeeded"

    def test_one_handed_back_has_lost_no_attempt(self, engine: Engine) -> None:
        made = ask(engine)
        for _ in range(3):
            claimed = claim(engine, made, attempts=1)
            assert claimed is not None
            assert claimed.lost == 0
            with writing(engine) as session:
                PREFLIGHTS.hand_back(session, claimed)
        assert row(engine, made).status == "queued"

    def test_when_its_attempts_are_used_up_it_has_failed(self, engine: Engine) -> None:
        made = ask(engine)
        assert claim(engine, made, attempts=1) is not None
        assert claim(engine, made, attempts=1) is None
        found = row(engine, made)
        assert (found.status, found.attempt) == ("failed", 1)
        assert found.error is not None
        assert found.error["type"] == "process_died"


class TestQueue:
    def test_it_goes_before_the_jobs_that_wait(self, executor: Executor, desk: Desk, engine: Engine) -> None:
        jobs = [desk.submit() for _ in range(2)]
        made = ask(engine)
        taken: list[str] = []
        while found := list(executor.take(1)):
            taken += found
        assert taken == [made, *jobs]

    @pytest.mark.parametrize(("end", "after"), [("ERROR", "queued"), (workflows.GIVEN_UP, "failed")])
    def test_one_whose_workflow_has_ended_is_settled(self, engine: Engine, end: str, after: str) -> None:
        made = ask(engine)
        spoil(engine, made, end)
        reconcile(engine)
        assert row(engine, made).status == after
        assert status(engine, made) == ("ENQUEUED" if after == "queued" else end)


@pytest.mark.slow
@pytest.mark.parametrize("url", KINDS[:1], indirect=True)
def test_it_ends_though_its_child_is_killed(start: Start, engine: Engine) -> None:
    agent = start(max_attempts=2)
    survivor = ask(engine, single_batch=True)
    until(lambda: row(engine, survivor).status == "running")
    agent.kill_children()
    until(lambda: row(engine, survivor).status in TERMINAL, 120)
    found = row(engine, survivor)
    assert (found.status, found.attempt, found.error) == ("succeeded", 2, None)
    assert found.result is not None
    assert len(found.result["seeds"]) == 20
    assert found.result["single_batch"]["rows"] == 16
    until(lambda: status(engine, survivor) == "SUCCESS")
