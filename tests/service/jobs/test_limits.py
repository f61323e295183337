"""How much one owner may have waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, func, select

from service.app import create_app
from service.database.session import reading
from service.database.tables import ComparisonRow, JobRow
from service.experiments.trials import scheduling
from service.queue.limits import QueueLimits
from service.settings import Settings
from tests.databases import KINDS
from tests.service.experiments.trials.client import SICK, WELL, end_all, look, make, own, sick
from tests.service.jobs.desk import Desk
from tests.service.jobs.specs import document

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("url", KINDS, indirect=True)]
JOBS = "/api/v1/jobs"


@pytest.fixture
async def app(url: str) -> AsyncIterator[FastAPI]:
    """The application with two places for each owner."""
    made = create_app(Settings(database_url=url, max_queued_per_owner=2))
    async with made.router.lifespan_context(made):
        yield made


def stored(engine: Engine, table: type[JobRow | ComparisonRow]) -> int | None:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(table))


async def test_what_is_too_much_is_refused(client: httpx.AsyncClient, desk: Desk) -> None:
    for _ in range(3):
        desk.queued("somebody else")
    desk.running()
    for _ in range(2):
        assert (await client.post(JOBS, json=document())).status_code == 202
    response = await client.post(JOBS, json=document())
    assert response.status_code == 429
    assert response.json()["type"].endswith(":quota_exceeded")
    assert response.json()["detail"].startswith("2 of your jobs wait already")
    assert "2 may wait" in response.json()["detail"]
    assert response.headers["ratelimit"] == f'"queued";r=0;t={response.headers["retry-after"]}'
    [newest, _] = [job for job in (await client.get(JOBS)).json()["data"] if job["status"] == "queued"]
    await client.post(f"{JOBS}/{newest['id']}/cancel")
    assert (await client.post(JOBS, json=document())).status_code == 202


async def test_a_comparison_is_stored_whole_or_not_at_all(client: httpx.AsyncClient, engine: Engine) -> None:
    response = await client.post("/api/v1/comparisons", json={"specs": [document(), document(name="b")], "seeds": 2})
    assert response.status_code == 429
    assert response.headers["ratelimit"].startswith('"queued";r=2;')
    assert (stored(engine, JobRow), stored(engine, ComparisonRow)) == (0, 0)


async def test_preflights_have_places_of_their_own(client: httpx.AsyncClient, desk: Desk) -> None:
    for seed in (1, 2):
        desk.queued()
        response = await client.post("/api/v1/preflights", json=document(seed=seed), headers={"Prefer": "wait=0"})
        assert response.status_code == 202
    response = await client.post("/api/v1/preflights", json=document(seed=3), headers={"Prefer": "wait=0"})
    assert response.status_code == 429
    assert response.json()["detail"].startswith("2 of your preflights")


async def test_many_at_once_are_no_way_around_it(client: httpx.AsyncClient, engine: Engine) -> None:
    responses = await asyncio.gather(*(client.post(JOBS, json=document(seed=seed)) for seed in range(6)))
    assert sorted(response.status_code for response in responses) == [202, 202, 429, 429, 429, 429]
    assert stored(engine, JobRow) == 2


async def test_the_next_round_of_a_trial_waits_for_room(url: str, desk: Desk) -> None:
    app = create_app(Settings(database_url=url))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client,
    ):
        trial = await make(client, sick(desk), advice=["relu_he"], seeds=2)
        for arm in (trial["base"], *trial["controls"].values()):
            end_all(desk, own(arm), 0.5, SICK)
        end_all(desk, own(trial["patches"][0]), 0.8, WELL)
        scheduling.advance(desk.engine, QueueLimits(10_000, per_owner=1))
        assert (await look(client, trial))["patches"][0]["ablations"] == []
        scheduling.advance(desk.engine, QueueLimits(10_000, per_owner=100))
        assert (await look(client, trial))["patches"][0]["ablations"] != []
