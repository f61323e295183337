"""Trials that are really trained, and brought to an end by an agent."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx
import pytest

from service.app import create_app
from service.settings import Settings
from tests.service.experiments.trials.client import JOBS, TRIALS, make
from tests.service.jobs.specs import HEAD, document
from tests.service.worker.agents import Agent

pytestmark = [pytest.mark.slow, pytest.mark.anyio]
DEEP = document(
    name="deep sigmoid",
    architecture={"layers": [{"type": "dense", "units": 6, "activation": "sigmoid", "repeat": 4}, HEAD]},
    training=document()["training"]
    | {"optimizer": {"type": "adam", "learning_rate": 0.05}, "epochs": 20, "batch_size": 40},
)
USELESS = [{"op": "replace", "path": "/training/shuffle", "value": False}]


async def ended(client: httpx.AsyncClient, thing: dict[str, Any]) -> dict[str, Any]:
    """A job or a trial when it has ended."""
    deadline = time.monotonic() + 200
    while thing["status"] in {"queued", "running"}:
        assert time.monotonic() < deadline, thing["progress"]
        await asyncio.sleep(0.1)
        thing = (await client.get(thing["links"]["self"])).json()
    return thing


async def sick(client: httpx.AsyncClient) -> dict[str, Any]:
    """A job whose gradients have vanished."""
    job = await ended(client, (await client.post(JOBS, json=DEEP)).json())
    assert job["result"]["verdict"] == "vanishing_gradients"
    return job


async def test_what_cures_is_confirmed_and_reduced(client: httpx.AsyncClient, agent: Agent) -> None:
    job = await sick(client)
    trial = await ended(client, await make(client, job["id"], advice=["relu_he"], seeds=2))
    assert trial["status"] == "succeeded"
    [relu] = trial["patches"]
    assert relu["verdict"] == "confirmed", relu
    assert relu["difference"]["values"] == [
        cured - plain for cured, plain in zip(relu["metric"]["values"], trial["base"]["metric"]["values"], strict=True)
    ]
    assert relu["difference"]["sign_test"]["positive"] == 2
    assert trial["controls"]["no_op"]["verdict"] == "refuted"
    assert {tuple(arm["changes"]) for arm in relu["ablations"]} == {("activation",), ("initializer",)}
    curing = [arm["changes"] for arm in relu["ablations"] if arm["verdict"] == "confirmed"]
    assert relu["minimal_patch"]["changes"] in (curing or [relu["changes"]])


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_what_does_not_cure_is_not_confirmed(client: httpx.AsyncClient, agent: Agent, settings: Settings) -> None:
    job = await sick(client)
    patches = [{"code": "in order", "patch": USELESS}]
    trial = await ended(client, await make(client, job["id"], patches=patches, seeds=2))
    assert trial["status"] == "succeeded"
    assert trial["patches"][0]["verdict"] in {"refuted", "no_gain"}
    assert trial["controls"]["no_op"]["verdict"] == "refuted"
    other = create_app(settings)  # another process of the API, or the same one after a restart
    async with (
        other.router.lifespan_context(other),
        httpx.AsyncClient(transport=httpx.ASGITransport(other), base_url="http://localhost") as elsewhere,
    ):
        assert (await elsewhere.get(f"{TRIALS}/{trial['id']}")).json() == trial
