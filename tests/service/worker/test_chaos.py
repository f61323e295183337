"""A little of ``benchmarks.chaos``: some jobs, two agents, and a few faults in a row."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import Engine

from benchmarks.chaos import Crew, run, spec
from tests.databases import Postgres
from tests.service.worker.agents import Agent
from tests.service.worker.desk import LONG, Desk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_every_job_ends_once_and_as_if_nothing_had_been(
    start: Callable[..., Agent], engine: Engine, desk: Desk, request: pytest.FixtureRequest
) -> None:
    restart = None
    if engine.dialect.name == "postgresql":
        server: Postgres = request.getfixturevalue("postgres_server")
        restart = partial(server.restart, 0.5)
    crew = Crew(partial(start, max_attempts=100, checkpoint_seconds=0), 2, restart)
    jobs = [spec(number % 2, LONG) for number in range(5)]
    for job in jobs:  # fewer rows: three faults fit into a third of the time
        job["data"]["source"]["n_samples"], job["data"]["split"]["train_size"] = 2000, 1000
    report = run(desk, crew, jobs, seed=2, limit=3)
    assert report.broken == {}
    assert report.faults
