"""The port over DBOS: what takes. Each call that is not public is exercised here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, func, select

from service.database.session import reading, writing
from service.database.tables import JobRow
from service.experiments.comparisons import operations as comparisons
from service.experiments.comparisons.queries import job_ids
from service.experiments.comparisons.schemas import ComparisonRequest
from service.jobs import forecast
from service.queue import workflows
from service.queue.executor import Executor
from service.queue.limits import QueueLimits
from tests.service.queue.test_workflows import status
from tests.service.worker.agents import until
from tests.service.worker.crowd import QUEUED, multiply
from tests.service.worker.desk import Desk, document
from tests.service.worker.work import AGENT, Work

pytestmark = pytest.mark.slow


@pytest.fixture
def limited(engine: Engine, work: Work) -> Iterator[Executor]:
    """An executor that lets an owner have two workflows at a time."""
    made = Executor(engine, AGENT, work.train, 2)
    made.launch()
    yield made
    work.may_end.set()
    until(lambda: not made.running())
    made.close()


def take_all(executor: Executor) -> list[str]:
    """Take one workflow after the other until none is left."""
    taken: list[str] = []
    while found := list(executor.take(1)):
        taken += found
    return taken


def test_jobs_of_one_owner_are_taken_in_their_order(executor: Executor, desk: Desk) -> None:
    submitted = [desk.submit() for _ in range(8)]
    assert take_all(executor) == submitted


def test_a_smaller_number_goes_first(executor: Executor, desk: Desk, engine: Engine) -> None:
    with writing(engine) as session:
        for job_id, priority in (("job_c", 30), ("job_b", 20), ("job_a", 10)):
            workflows.enqueue(session, job_id, "someone", priority)
    assert take_all(executor) == ["job_a", "job_b", "job_c"]


def test_a_single_job_goes_before_those_of_a_comparison(executor: Executor, desk: Desk, engine: Engine) -> None:
    """Whoever posts one job does not wait for all that a comparison has enqueued before."""
    request = ComparisonRequest.model_validate({"specs": [document(), document(epochs=6)], "seeds": 2})
    with writing(engine) as session:
        batch = job_ids(comparisons.create(session, "someone", request, None, QueueLimits(9)))
    single = desk.submit()
    with reading(engine) as session:
        places = forecast.queue_positions(session, [session.get_one(JobRow, job_id) for job_id in (single, *batch)])
    assert [places[job_id].number for job_id in (single, *batch)] == [1, 2, 3, 4, 5]
    assert [desk.job(job_id).leader for job_id in batch] == [None, batch[0], None, batch[2]]
    assert take_all(executor) == [
        single,
        batch[0],
        batch[2],
    ]  # and the others behind these, see tests/service/worker/test_groups.py


def test_one_job_of_an_owner_does_not_wait_behind_ten_thousand_of_another(
    executor: Executor, desk: Desk, engine: Engine
) -> None:
    first = desk.submit("greedy")
    multiply(engine, first, 9_998, QUEUED)
    modest = desk.submit("modest")
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(JobRow)) == 10_000
    taken = set(executor.take(2))
    assert modest in taken
    assert len(taken) == 2


def test_owners_take_turns(executor: Executor, desk: Desk) -> None:
    many = [desk.submit("many") for _ in range(6)]
    single = desk.submit("single")
    assert sorted(executor.take(2)) == sorted([many[0], single])
    assert list(executor.take(3)) == many[1:4]


def test_an_owner_has_no_more_than_its_share(limited: Executor, desk: Desk, work: Work, engine: Engine) -> None:
    many = [desk.submit("many") for _ in range(4)]
    assert list(limited.take(4)) == many[:2]
    single = desk.submit("single")
    assert list(limited.take(1)) == [single]
    assert list(limited.take(1)) == []
    work.may_end.set()
    until(lambda: not limited.running())
    assert list(limited.take(4)) == many[2:]


def test_no_more_is_taken_than_asked_for(executor: Executor, desk: Desk) -> None:
    for _ in range(5):
        desk.submit()
    assert list(executor.take(0)) == []
    assert len(list(executor.take(2))) == 2
    assert len(list(executor.take(9))) == 3
    assert list(executor.take(9)) == []


def test_a_workflow_runs_and_ends(executor: Executor, desk: Desk, work: Work, engine: Engine) -> None:
    job_id = desk.submit()
    assert list(executor.take(1)) == [job_id]
    until(lambda: work.begun == [job_id])
    assert executor.running() == {job_id}
    with reading(engine) as session:
        assert workflows.taken(session) == {job_id: AGENT}
    work.may_end.set()
    until(lambda: not executor.running())
    assert status(engine, job_id) == "SUCCESS"


def test_an_unfinished_workflow_is_taken_again_when_it_was_recovered(
    executor: Executor, desk: Desk, work: Work, engine: Engine
) -> None:
    job_id = desk.submit()
    work.unfinished = True
    work.may_end.set()
    list(executor.take(1))
    until(lambda: not executor.running() and work.begun)
    assert status(engine, job_id) == "PENDING"
    assert list(executor.take(1)) == []
    executor.recover(job_id, AGENT)
    assert status(engine, job_id) == "ENQUEUED"
    work.unfinished = False
    assert list(executor.take(1)) == [job_id]
    until(lambda: not executor.running() and len(work.begun) == 2)
    assert status(engine, job_id) == "SUCCESS"


def test_only_what_the_dead_agent_held_is_recovered(executor: Executor, desk: Desk, engine: Engine) -> None:
    job_id = desk.submit()
    list(executor.take(1))
    executor.recover(job_id, "agent_that_died_before")
    assert status(engine, job_id) == "PENDING"
