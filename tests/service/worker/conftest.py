"""Databases of both kinds, jobs and agents, all of them real."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from service.database.session import create_engine, writing
from service.queue import agents as registry
from service.queue import workflows
from service.queue.executor import Executor
from tests.databases import KINDS, Postgres, Sqlite
from tests.service.worker.agents import Agent, until
from tests.service.worker.desk import Desk
from tests.service.worker.work import AGENT, Work


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Sqlite) -> Iterator[str]:
    """The address of a database with all tables and no rows; of each kind, where a test does not choose."""
    if request.param == "sqlite":
        yield sqlite_template.copy(tmp_path / "clinic.db")
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    address = server.lend()
    yield address
    server.take_back(address)


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """An engine on that database."""
    made = create_engine(url)
    yield made
    made.dispose()
    workflows.client.cache_clear()


@pytest.fixture
def desk(engine: Engine) -> Desk:
    """Submits jobs to that database and looks at them."""
    return Desk(engine)


@pytest.fixture
def start(url: str, cache: Path) -> Iterator[Callable[..., Agent]]:
    """Starts agents on that database; they end with the test."""
    agents: list[Agent] = []

    def make(code: Path | None = None, **settings: object) -> Agent:
        agents.append(Agent(url, cache, settings, code))
        return agents[-1]

    yield make
    for agent in agents:
        agent.end()


@pytest.fixture
def work() -> Work:
    """What the workflows do."""
    return Work()


@pytest.fixture
def executor(engine: Engine, work: Work) -> Iterator[Executor]:
    """An executor in this process."""
    with writing(engine) as session:
        registry.register(session, AGENT, 1)
    made = Executor(engine, AGENT, work.train)
    made.launch()
    yield made
    work.may_end.set()
    until(lambda: not made.running())
    made.close()
