"""What a disk, a database or a job can do to an agent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.database.session import reading
from service.queue import agents
from tests.databases import read_only_server
from tests.service.worker.agents import Agent, until
from tests.service.worker.desk import LONG, Desk, document

pytestmark = pytest.mark.slow

Start = Callable[..., Agent]
SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


def greedy() -> dict[str, Any]:
    """A training whose table alone needs a gigabyte."""
    spec = document()
    spec["data"] = {"source": {"type": "classification", "n_samples": 900_000, "n_features": 100, "random_state": 1}}
    return spec


@contextmanager
def without_writing(agent: Agent, desk: Desk) -> Iterator[None]:
    """A time in which the agent's database takes no writes: the disk is full, or the server is read-only."""
    if desk.engine.dialect.name == "sqlite":
        agent.forbid_writing()
        yield
        agent.allow_writing()
    else:
        with read_only_server(desk.engine):
            yield
    desk.engine.dispose()


def has_no_pulse(desk: Desk) -> bool:
    """Whether no agent has given a sign of life for a while."""
    with reading(desk.engine) as session:
        return all(datetime.now(UTC) - agent.beat_at > timedelta(seconds=1) for agent in agents.alive(session))


def test_a_database_that_takes_no_writes_costs_no_attempt(start: Start, desk: Desk) -> None:
    agent = start(agent_timeout=60)
    job_id, following = desk.submit(epochs=LONG), desk.submit(epochs=5)
    desk.trains(job_id)
    with without_writing(agent, desk):
        until(lambda: has_no_pulse(desk))
        assert desk.status(job_id) == "running"
    for each in (job_id, following):
        desk.ended(each)
        desk.check_done_once(each)
        assert desk.job(each).attempt == 1
    assert agent.end() == 0


@SQLITE
def test_a_job_that_needs_too_much_memory_has_failed_and_the_next_one_runs(start: Start, desk: Desk) -> None:
    start(max_child_memory=1000)
    job_id, following = desk.submit(spec=greedy()), desk.submit(epochs=5)
    job = desk.ended(job_id)
    assert (job.status, job.attempt) == ("failed", 1)
    assert job.error == {
        "type": "memory",
        "title": "It needed too much memory",
        "detail": "Its process may use 1000 MB here, and needed more.",
    }
    desk.ended(following)
    desk.check_done_once(following)
