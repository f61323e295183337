"""Jobs that ended long ago go, and everything of theirs with them."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import Engine, func, inspect, select, update

from service.app import create_app
from service.database.base import Table
from service.database.session import reading, writing
from service.database.tables import JobRow
from service.inference.registry import operations as registry
from service.queue.executor import Executor
from service.settings import Settings
from service.worker import periodic, retention
from tests.databases import unguarded
from tests.service.experiments.comparisons.client import look, make
from tests.service.jobs.desk import Desk
from tests.service.queue.test_workflows import status
from tests.service.worker.agents import until
from tests.service.worker.work import AGENT

MONTH = timedelta(days=30)


@pytest.fixture
def desk(engine: Engine) -> Desk:
    """Stores jobs as agents do, from recorded trainings."""
    return Desk(engine)


def age(engine: Engine, *jobs: str) -> None:
    """Let jobs have ended longer ago, the first one the longest."""
    with unguarded(engine) as session:
        for days, job_id in enumerate(reversed(jobs), 31):
            moment = datetime.now(UTC) - timedelta(days=days)
            session.execute(update(JobRow).where(JobRow.id == job_id).values(finished_at=moment))


def clear(engine: Engine, number: int = 50) -> int:
    with writing(engine) as session:
        return retention.clear(session, MONTH, number)


def left(engine: Engine) -> set[str]:
    with reading(engine) as session:
        return set(session.scalars(select(JobRow.id)))


def test_only_what_ended_long_ago_goes(engine: Engine, desk: Desk) -> None:
    old = [desk.succeeded(), desk.failed(), desk.cancelled()]
    kept = {desk.succeeded(), desk.queued(), desk.running().job_id}
    age(engine, *old)
    assert clear(engine) == 3
    assert left(engine) == kept
    assert [status(engine, job_id) for job_id in old] == [None, None, None]
    assert all(status(engine, job_id) for job_id in kept)
    assert clear(engine) == 0


def test_a_version_of_a_model_stays(engine: Engine, desk: Desk) -> None:
    served, old = desk.succeeded(), desk.succeeded()
    with writing(engine) as session:
        model, _ = registry.obtain(session, "local", "kept")
        registry.add_version(session, model, served)
    age(engine, served, old)
    assert clear(engine) == 1
    assert left(engine) == {served}


def test_nothing_of_it_stays(engine: Engine, desk: Desk) -> None:
    age(engine, desk.succeeded())
    assert clear(engine) == 1
    tables = [table for table in Table.metadata.sorted_tables if "job_id" in table.columns or table.name == "jobs"]
    assert {"artifacts", "checkpoints", "events", "epoch_metrics", "labels"} <= {table.name for table in tables}
    with reading(engine) as session:
        assert {table.name: session.scalar(select(func.count()).select_from(table)) for table in tables} == {
            table.name: 0 for table in tables
        }


def test_the_oldest_go_first_some_at_a_time(engine: Engine, desk: Desk) -> None:
    oldest, older, old = desk.failed(), desk.failed(), desk.failed()
    age(engine, oldest, older, old)
    assert clear(engine, 2) == 2
    assert left(engine) == {old}


def test_the_time_of_the_end_has_an_index(engine: Engine) -> None:
    assert ["finished_at"] in [index["column_names"] for index in inspect(engine).get_indexes("jobs")]


@pytest.mark.anyio
async def test_a_comparison_misses_it(engine: Engine, desk: Desk, url: str) -> None:
    app = create_app(Settings(database_url=url))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client,
    ):
        comparison = await make(client, specs=2, seeds=1)
        first = comparison["variants"][0]["jobs"][0]
        desk.succeed(desk.claim(first))
        age(engine, first)
        assert clear(engine) == 1
        seen = await look(client, comparison)
    assert [variant["statuses"] for variant in seen["variants"]] == [["missing"], ["queued"]]


@pytest.mark.slow
def test_an_agent_does_it(engine: Engine, desk: Desk, executor: Executor) -> None:
    old, recent = desk.failed(), desk.failed()
    age(engine, old)
    stopping = threading.Event()
    task = periodic.tasks(engine, AGENT, executor, Settings(retention_days=30), stopping)["retention"]
    task.start()
    until(lambda: left(engine) == {recent}, 10)
    stopping.set()
    periodic.end([task], 30)


def test_more_than_goes_at_once_goes_in_several_transactions(
    engine: Engine, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    age(engine, *(desk.failed() for _ in range(3)))
    retention.clear_all(engine, MONTH, threading.Event(), 0.0)
    assert left(engine) == set()
