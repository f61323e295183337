"""Whatever dies, a job is trained to its end exactly once."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Engine

from service.database.session import reading, writing
from service.queue import agents as registry
from service.queue import workflows
from service.queue.executor import Executor
from service.settings import Settings
from service.worker import periodic
from service.worker.attempts import JOBS
from service.worker.heartbeat import TOMBSTONED
from service.worker.periodic import PeriodicTask
from tests.databases import Postgres
from tests.service.queue.test_workflows import spoil, status
from tests.service.worker.agents import Agent, until
from tests.service.worker.desk import ENDLESS, LONG, Desk, document
from tests.service.worker.work import AGENT, Work

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

Start = Callable[..., Agent]
Tasks = dict[str, PeriodicTask]
SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
POSTGRESQL = pytest.mark.parametrize("url", ["postgresql"], indirect=True)


def eventful() -> dict[str, Any]:
    """A training with everything in its state that there is: moments, averages, random numbers, a best epoch."""
    spec = document(epochs=LONG)
    spec["data"]["source"]["n_samples"], spec["data"]["split"]["train_size"] = 2000, 1000
    spec["architecture"]["layers"][1:1] = ["batch_normalization", {"type": "dropout", "rate": 0.2}]
    spec["training"] |= {
        "optimizer": {"type": "adam", "learning_rate": 0.001, "use_ema": True},
        "early_stopping": {"monitor": "val_loss", "patience": LONG, "restore_best_weights": True},
    }
    return spec


def test_a_child_that_is_killed_is_replaced_and_the_job_ends_as_if_nothing_had_been(start: Start, desk: Desk) -> None:
    kills = 2 if desk.engine.dialect.name == "sqlite" else 1
    agent = start(checkpoint_seconds=0, max_attempts=kills + 1)
    undisturbed, disturbed = desk.submit(spec=eventful()), desk.submit(spec=eventful())
    desk.ended(undisturbed, 120)
    chance = random.Random(3)
    for attempt in range(1, kills + 1):
        desk.trains(disturbed, attempt, chunks=chance.randint(2, 6))
        agent.kill_children()
    desk.ended(disturbed, 120)
    for job_id in (undisturbed, disturbed):
        desk.check_done_once(job_id)
    assert desk.events(disturbed) == ["queued", *["started"] * (kills + 1), "succeeded"]
    begun = [0, *(told[0] for told in desk.progress(disturbed)[1:])]
    assert all(one + 1 < next_one for one, next_one in pairwise(begun))  # each went on behind the one before
    desk.check_equal(undisturbed, disturbed)


@SQLITE
def test_a_job_whose_child_always_dies_has_failed_and_the_next_one_runs(start: Start, desk: Desk) -> None:
    agent = start(max_attempts=2)
    poison, following = desk.submit(epochs=ENDLESS), desk.submit(epochs=5)
    for attempt in (1, 2):
        desk.trains(poison, attempt)
        agent.kill_children()
    job = desk.ended(poison)
    assert (job.status, job.attempt) == ("failed", 2)
    assert job.error is not None
    assert job.error["type"] == "process_died"
    desk.ended(following)
    desk.check_done_once(following)


def test_when_an_agent_dies_another_takes_its_job(start: Start, desk: Desk, engine: Engine) -> None:
    agents = [start(), start()]
    jobs = [desk.submit(epochs=LONG) for _ in range(2)]
    until(lambda: any(desk.job(job_id).epoch > 0 for job_id in jobs))
    lost = next(job_id for job_id in jobs if desk.job(job_id).epoch > 0)
    with reading(engine) as session:
        (pid,) = [row.pid for row in registry.alive(session) if row.id == desk.job(lost).agent_id]
    victim, heir = sorted(agents, key=lambda agent: agent.process.pid != pid)
    children = victim.children()
    victim.kill()
    until(lambda: not any(child.is_running() for child in children), 5)
    for job_id in jobs:
        desk.ended(job_id)
        desk.check_done_once(job_id)
    assert desk.job(lost).attempt == 2
    with reading(engine) as session:
        (survivor,) = [row.id for row in registry.alive(session)]
    assert {desk.job(job_id).agent_id for job_id in jobs} == {survivor}
    assert heir.end() == 0
    with reading(engine) as session:
        assert workflows.taken(session) == {}


def test_an_agent_that_is_started_again_takes_up_what_the_dead_one_held(start: Start, desk: Desk) -> None:
    victim = start()
    job_id = desk.submit(epochs=LONG)
    desk.trains(job_id)
    victim.kill()
    started = time.monotonic()
    start(agent_timeout=300)  # it need not wait: the process is gone, and was of this machine
    desk.ended(job_id)
    assert time.monotonic() - started < 100
    desk.check_done_once(job_id)
    assert desk.events(job_id) == ["queued", "started", "started", "succeeded"]


def test_an_agent_that_stood_still_finds_itself_replaced_and_ends(start: Start, desk: Desk) -> None:
    sleeper = start()
    job_id = desk.submit(epochs=LONG)
    desk.trains(job_id)
    sleeper.stop_between_transactions(desk.engine)
    heir = start()
    desk.trains(job_id, attempt=2)
    sleeper.go_on()
    assert sleeper.process.wait(timeout=30) == TOMBSTONED
    desk.ended(job_id)
    desk.check_done_once(job_id)
    assert desk.job(job_id).attempt == 2
    assert heir.end() == 0


@POSTGRESQL
def test_an_outage_of_the_database_costs_no_attempt(start: Start, desk: Desk, postgres_server: Postgres) -> None:
    agents = [start(agent_timeout=1.5), start(agent_timeout=1.5)]
    jobs = [desk.submit(epochs=LONG) for _ in range(2)]
    for job_id in jobs:
        desk.trains(job_id)
    desk.engine.dispose()
    postgres_server.restart(4)  # longer than an agent may be silent
    for job_id in jobs:
        desk.ended(job_id)
        desk.check_done_once(job_id)
        assert desk.job(job_id).attempt == 1
    following = desk.submit(epochs=5)
    desk.ended(following)
    assert [agent.end() for agent in agents] == [0, 0]


@pytest.fixture
def tasks(engine: Engine, executor: Executor) -> Iterator[Tasks]:
    """The tasks of an agent that looks often, none of them started yet."""
    stopping = threading.Event()
    made = periodic.tasks(engine, AGENT, executor, Settings(heartbeat=0.05), stopping)
    yield made
    stopping.set()
    periodic.end(made.values(), 30)


def claim_and_lose(executor: Executor) -> str:
    """Claim a workflow as if the answer to the claim had been lost."""
    return next(executor.take(1))


def test_a_workflow_whose_claim_was_never_answered_is_queued_again(
    tasks: Tasks, executor: Executor, desk: Desk, engine: Engine
) -> None:
    job_id = desk.submit()
    assert claim_and_lose(executor) == job_id
    assert status(engine, job_id) == "PENDING"
    assert list(executor.take(1)) == []
    tasks["recovery"].start()
    until(lambda: status(engine, job_id) == "ENQUEUED", 10)
    assert list(executor.take(1)) == [job_id]


def test_the_workflows_of_agents_that_nobody_knows_are_queued_again(
    tasks: Tasks, executor: Executor, desk: Desk, engine: Engine
) -> None:
    job_id = desk.submit()
    claim_and_lose(executor)
    with writing(engine) as session:
        registry.tombstone(session, [AGENT])
    tasks["recovery"].start()
    until(lambda: status(engine, job_id) == "ENQUEUED", 10)


def test_a_workflow_that_runs_is_left_alone(
    tasks: Tasks, executor: Executor, desk: Desk, work: Work, engine: Engine
) -> None:
    running, lost = desk.submit(), desk.submit()
    list(executor.take(1))
    until(lambda: work.begun == [running])
    claim_and_lose(executor)
    tasks["recovery"].start()
    until(lambda: status(engine, lost) == "ENQUEUED", 10)
    assert status(engine, running) == "PENDING"
    assert executor.running() == {running}


def test_a_running_job_whose_workflow_is_lost_is_enqueued_again(tasks: Tasks, desk: Desk, engine: Engine) -> None:
    job_id = desk.submit()
    with writing(engine) as session:
        JOBS.claim(session, job_id, "agent_that_died", 3)
    spoil(engine, job_id, "ERROR")
    tasks["reconciliation"].start()
    until(lambda: status(engine, job_id) == "ENQUEUED", 10)
