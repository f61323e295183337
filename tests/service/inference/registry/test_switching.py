"""What changes while requests run, and what other processes see of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import httpx
import pytest
from anyio.to_thread import run_sync
from sqlalchemy import Engine, text

from service.app import create_app
from service.inference.serving import FRESH
from service.settings import Settings
from tests.databases import KINDS
from tests.service.inference.registry.test_models import MODELS, make, point
from tests.service.jobs.desk import Desk

pytestmark = pytest.mark.anyio
ROW = {"inputs": [{"name": "input", "shape": [1, 2], "datatype": "FP64", "data": [0.5, -0.25]}]}


@pytest.fixture
async def other(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of another process on the same database."""
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as made,
    ):
        yield made


async def version_that_answers(client: httpx.AsyncClient, model: str = "rings") -> str:
    response = await client.post(f"/v2/models/{model}/infer", json=ROW)
    assert response.status_code == 200, response.text
    version: str = response.json()["model_version"]
    return version


async def eventually(client: httpx.AsyncClient, status: int, model: str = "rings") -> None:
    """Return when requests are answered so; another process may learn of a change only after a while."""
    end = asyncio.get_running_loop().time() + 20 * FRESH
    while (await client.post(f"/v2/models/{model}/infer", json=ROW)).status_code != status:
        assert asyncio.get_running_loop().time() < end
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("url", KINDS, indirect=True)
async def test_switching_under_load(client: httpx.AsyncClient, desk: Desk) -> None:
    """No request fails while the champion changes, and none that begins after a switch meets the version before."""
    await make(client, "rings", desk.succeeded(), desk.succeeded())
    await point(client, "rings", "champion", "1")
    switching = True
    seen: Counter[str] = Counter()

    async def ask() -> None:
        while switching:
            seen[await version_that_answers(client)] += 1

    asking = [asyncio.create_task(ask()) for _ in range(2)]
    for index in range(2):
        version = str(2 - index % 2)
        assert (await point(client, "rings", "champion", version)).status_code == 200
        assert await version_that_answers(client) == version
    switching = False
    await asyncio.gather(*asking)
    assert set(seen) == {"1", "2"}


async def test_another_process_follows(client: httpx.AsyncClient, other: httpx.AsyncClient, desk: Desk) -> None:
    await make(client, "rings", desk.succeeded())
    assert await version_that_answers(other) == "1"
    await client.post("/v2/repository/models/rings/unload")
    await eventually(other, 503)
    await client.post("/v2/repository/models/rings/load")
    await eventually(other, 200)
    await client.delete(f"{MODELS}/rings")
    await eventually(other, 404)


async def test_a_deleted_job_is_gone_here_and_soon_elsewhere(
    client: httpx.AsyncClient, other: httpx.AsyncClient, desk: Desk
) -> None:
    job_id = desk.succeeded()
    own = f"/api/v1/jobs/{job_id}"
    for each in (client, other):
        assert (await each.post(f"{own}/predictions", json={"rows": [[0, 1]]})).status_code == 200
        assert await version_that_answers(each, job_id) == "1"
    assert (await client.delete(own)).status_code == 204
    assert (await client.post(f"{own}/predictions", json={"rows": [[0, 1]]})).status_code == 404
    assert (await client.post(f"/v2/models/{job_id}/infer", json=ROW)).status_code == 404
    await eventually(other, 404, job_id)
    assert (await other.post(f"{own}/predictions", json={"rows": [[0, 1]]})).status_code == 404


async def test_what_was_unloaded_and_deleted_begins_anew(client: httpx.AsyncClient, desk: Desk) -> None:
    job_id = desk.succeeded()
    await make(client, "rings", job_id)
    await client.post("/v2/repository/models/rings/unload")
    await client.post("/v2/repository/models/rings/unload")
    assert (await client.post(f"{MODELS}/rings/predictions", json={"rows": [[0, 1]]})).status_code == 503
    await client.delete(f"{MODELS}/rings")
    await make(client, "rings", job_id)
    assert await version_that_answers(client) == "1"


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_a_model_that_is_being_loaded_is_not_ready(client: httpx.AsyncClient, engine: Engine, desk: Desk) -> None:
    """Its file cannot be read while somebody holds the table; meanwhile it is not ready, and requests wait."""
    job_id = desk.succeeded()
    with engine.begin() as connection:
        connection.execute(text("LOCK TABLE artifacts IN ACCESS EXCLUSIVE MODE"))
        loading = asyncio.create_task(client.post(f"/v2/repository/models/{job_id}/load"))
        asking = asyncio.create_task(client.post(f"/v2/models/{job_id}/infer", json=ROW))
        while True:
            index = (await client.post("/v2/repository/index")).json()
            if index[0]["state"] == "LOADING":
                break
            await run_sync(connection.execute, text("SELECT 1"))
        waiting = await client.get(f"/v2/models/{job_id}/ready")
        assert (waiting.status_code, "is being loaded" in waiting.json()["error"]) == (503, True)
        assert int(waiting.headers["retry-after"]) > 0
        assert (await client.post("/v2/repository/index", json={"ready": True})).json() == []
        assert not asking.done()
    assert (await loading).status_code == 200
    assert (await asking).status_code == 200
    assert (await client.get(f"/v2/models/{job_id}/ready")).status_code == 200
