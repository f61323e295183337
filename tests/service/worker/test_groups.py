"""Jobs that are trained one after the other in one workflow."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from models.specs.check import parse
from service.database.session import reading, writing
from service.jobs import operations
from service.jobs.groups import MOST_STEPS, job_groups
from service.queue import workflows
from service.queue.executor import Executor
from service.queue.limits import QueueLimits
from service.queue.workflows import BATCH
from service.worker import recording, recovery
from service.worker.attempts import follower
from tests.databases import KINDS
from tests.service.worker.agents import Agent, until
from tests.service.worker.claims import OUTCOME, claim
from tests.service.worker.desk import LONG, Desk, document
from tests.service.worker.work import Work

Start = Callable[..., Agent]


def submit(engine: Engine, seeds: int, *, epochs: int = 5) -> list[str]:
    """The jobs of so many seeds, together."""
    specs = [parse(document(seed=seed, epochs=epochs)) for seed in range(seeds)]
    with writing(engine) as session:
        return [
            row.id for row in operations.submit_all(session, "someone", specs, QueueLimits(100), BATCH, together=True)
        ]


def leaders(desk: Desk, jobs: list[str]) -> list[str | None]:
    """Whom each of them follows."""
    return [desk.job(job_id).leader for job_id in jobs]


def test_neighbours_that_differ_in_their_seeds_keep_company() -> None:
    one, other = parse(document()), parse(document(epochs=6))
    seeds = [one.model_copy(update={"seed": seed, "name": str(seed), "labels": {"n": str(seed)}}) for seed in range(3)]
    assert list(job_groups([*seeds, other, one])) == [3, 1, 1]
    assert list(job_groups([])) == []


def test_a_company_is_short_together() -> None:
    long = parse(document(epochs=MOST_STEPS // 8))  # half of it: there are four steps an epoch
    assert list(job_groups([long] * 5)) == [2, 2, 1]
    longer = parse(document(epochs=MOST_STEPS))
    assert list(job_groups([longer] * 2)) == [1, 1]


def test_one_workflow_trains_all_of_them(executor: Executor, work: Work, desk: Desk) -> None:
    jobs = submit(desk.engine, 3)
    assert leaders(desk, jobs) == [None, jobs[0], jobs[0]]
    assert list(executor.take(3)) == [jobs[0]]
    until(lambda: work.begun == [jobs[0]])


@pytest.mark.parametrize("leader_ended", [False, True])
def test_jobs_whose_workflow_is_missing_are_enqueued_anew(
    desk: Desk, executor: Executor, *, leader_ended: bool
) -> None:
    jobs = submit(desk.engine, 3)
    if leader_ended:
        desk.cancel(jobs[0])
    with writing(desk.engine) as session:
        workflows.forget(session, [jobs[0]])
    with reading(desk.engine) as session:
        assert set(workflows.unserved(session)) == set(jobs[leader_ended:])
    recovery.reconcile(desk.engine)
    with reading(desk.engine) as session:
        assert not workflows.unserved(session)
    assert leaders(desk, jobs) == ([None] * 3 if leader_ended else [None, jobs[0], jobs[0]])
    assert sorted(executor.take(3)) == (jobs[1:] if leader_ended else jobs[:1])


def test_nobody_goes_on_behind_a_job_that_runs_elsewhere(desk: Desk) -> None:
    jobs = submit(desk.engine, 3)
    claimed = claim(desk, jobs[0], "another")
    with reading(desk.engine) as session:
        assert follower(session, jobs[0], jobs[0]) is None
    with writing(desk.engine) as session:
        recording.succeed(session, claimed, OUTCOME)
    with reading(desk.engine) as session:
        assert [follower(session, jobs[0], job_id) for job_id in (jobs[0], jobs[2])] == [jobs[1], None]


@pytest.mark.slow
def test_followers_are_trained_after_a_leader_that_was_cancelled_and_without_one_that_was(
    start: Start, desk: Desk
) -> None:
    jobs = submit(desk.engine, 4)
    desk.cancel(jobs[0])
    desk.cancel(jobs[2])
    start()
    assert [desk.ended(job_id).status for job_id in jobs] == ["cancelled", "succeeded", "cancelled", "succeeded"]


@pytest.mark.slow
@pytest.mark.parametrize("url", KINDS, indirect=True)
def test_when_their_agent_dies_another_goes_on_with_them(start: Start, desk: Desk) -> None:
    jobs = submit(desk.engine, 3, epochs=LONG)
    first = start()
    desk.ended(jobs[0])
    until(lambda: desk.job(jobs[1]).epoch > 0)
    first.kill()
    start()
    for job_id in jobs:
        desk.ended(job_id)
        desk.check_done_once(job_id)
    assert [desk.job(job_id).attempt for job_id in jobs] == [1, 2, 1]


@pytest.mark.slow
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_an_agent_that_stops_gives_the_rest_of_them_back(start: Start, desk: Desk) -> None:
    jobs = submit(desk.engine, 3, epochs=LONG)
    first = start()
    until(lambda: desk.job(jobs[0]).epoch > 0)
    assert first.end() == 0
    assert "running" not in {desk.status(job_id) for job_id in jobs}
    start()
    for job_id in jobs:
        desk.ended(job_id)
        desk.check_done_once(job_id)
