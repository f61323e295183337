"""Work without a worker is found."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from service.database.session import writing
from service.queue import agents
from service.queue.executor import Executor
from service.settings import Settings
from service.worker import ledger
from service.worker.recovery import Warden
from tests.service.queue.test_workflows import spoil, status
from tests.service.worker.agents import until
from tests.service.worker.desk import Desk
from tests.service.worker.work import AGENT, Work

pytestmark = pytest.mark.slow


@pytest.fixture
def warden(engine: Engine, executor: Executor) -> Iterator[Warden]:
    """A warden that looks often, and is not started yet."""
    stopping = threading.Event()
    made = Warden(engine, AGENT, executor, Settings(heartbeat=0.05), stopping)
    yield made
    stopping.set()
    made.call()
    if made.is_alive():
        made.join()


def claim_and_lose(executor: Executor) -> str:
    """Claim a workflow as if the answer to the claim had been lost."""
    return next(executor.take(1))


def test_a_workflow_whose_claim_was_never_answered_is_queued_again(
    warden: Warden, executor: Executor, desk: Desk, engine: Engine
) -> None:
    job_id = desk.submit()
    assert claim_and_lose(executor) == job_id
    assert status(engine, job_id) == "PENDING"
    assert list(executor.take(1)) == []
    warden.start()
    until(lambda: status(engine, job_id) == "ENQUEUED", 10)
    assert list(executor.take(1)) == [job_id]


def test_the_workflows_of_agents_that_nobody_knows_are_queued_again(
    warden: Warden, executor: Executor, desk: Desk, engine: Engine
) -> None:
    job_id = desk.submit()
    claim_and_lose(executor)
    with writing(engine) as session:
        agents.tombstone(session, [AGENT])
    warden.start()
    until(lambda: status(engine, job_id) == "ENQUEUED", 10)


def test_a_workflow_that_runs_is_left_alone(
    warden: Warden, executor: Executor, desk: Desk, work: Work, engine: Engine
) -> None:
    running, lost = desk.submit(), desk.submit()
    list(executor.take(1))
    until(lambda: work.begun == [running])
    claim_and_lose(executor)
    warden.start()
    until(lambda: status(engine, lost) == "ENQUEUED", 10)
    assert status(engine, running) == "PENDING"
    assert executor.running() == {running}


def test_a_running_job_whose_workflow_is_lost_is_enqueued_again(warden: Warden, desk: Desk, engine: Engine) -> None:
    job_id = desk.submit()
    with writing(engine) as session:
        ledger.claim(session, job_id, "agent_that_died", 3)
    spoil(engine, job_id, "ERROR")
    warden.start()
    until(lambda: status(engine, job_id) == "ENQUEUED", 10)
