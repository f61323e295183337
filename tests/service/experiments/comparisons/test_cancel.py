"""Cancelling comparisons."""

from __future__ import annotations

import asyncio
from functools import partial

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, update

from service.database.session import writing
from service.database.tables import ComparisonRow
from service.worker import attempts
from service.worker.attempts import Claim
from service.worker.interruptions import CancelRequested
from tests.databases import KINDS
from tests.service.experiments.comparisons.client import look, make
from tests.service.http.statements import executed
from tests.service.jobs.desk import Desk
from tests.service.worker.agents import until

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("url", KINDS, indirect=True)]
JOBS = "/api/v1/jobs"


async def test_waiting_jobs_are_cancelled_at_once(client: httpx.AsyncClient, desk: Desk) -> None:
    made = await make(client)
    other = desk.queued()
    desk.succeed(desk.claim(made["variants"][0]["jobs"][0]))
    response = await client.post(made["links"]["cancel"])
    assert (response.status_code, response.json()["status"]) == (200, "cancelled")
    assert response.json()["variants"][0]["statuses"] == ["succeeded", "cancelled", "cancelled"]
    assert response.json()["variants"][0]["metrics"]["test"]["accuracy"]["n"] == 1
    assert (await client.get(f"{JOBS}/{other}")).json()["status"] == "queued"


async def test_running_jobs_are_cancelled_by_their_agents(
    client: httpx.AsyncClient, desk: Desk, engine: Engine
) -> None:
    made = await make(client, specs=1, seeds=2)
    claims = [desk.claim(job_id) for job_id in made["variants"][0]["jobs"]]

    def asked(claim: Claim) -> bool:
        with writing(engine) as session:
            try:
                attempts.JOBS.look(session, claim)
            except CancelRequested:
                attempts.JOBS.cancel(session, claim)
                return True
        return False

    def agents() -> None:
        for claim in claims:
            until(partial(asked, claim))

    work = asyncio.create_task(asyncio.to_thread(agents))
    response = await client.post(made["links"]["cancel"])
    await work
    assert (response.status_code, response.json()["status"]) == (200, "cancelled")


async def test_a_job_is_cancelled_by_itself(client: httpx.AsyncClient, desk: Desk) -> None:
    made = await make(client, specs=1, seeds=2)
    first, second = made["variants"][0]["jobs"]
    assert (await client.post(f"{JOBS}/{first}/cancel")).status_code == 200
    assert (await look(client, made))["status"] == "running"
    desk.succeed(desk.claim(second))
    assert (await look(client, made))["status"] == "succeeded"


async def test_an_ended_comparison_cannot_be_cancelled(client: httpx.AsyncClient) -> None:
    made = await make(client)
    assert (await client.post(made["links"]["cancel"])).status_code == 200
    response = await client.post(made["links"]["cancel"])
    assert response.status_code == 409
    assert response.json()["type"].endswith(":comparison_already_ended")


async def test_if_match_is_heeded(client: httpx.AsyncClient) -> None:
    made = await make(client)
    etag = (await client.get(made["links"]["self"])).headers["etag"]
    assert (await client.post(made["links"]["cancel"], headers={"If-Match": '"0"'})).status_code == 412
    assert (await client.post(made["links"]["cancel"], headers={"If-Match": etag})).status_code == 200


async def test_for_if_match_no_results_are_read(app: FastAPI, client: httpx.AsyncClient, desk: Desk) -> None:
    """Other writers wait meanwhile, and a job's version says whether anything of it has changed."""
    made = await make(client)
    seen = (await client.get(made["links"]["self"])).headers["etag"]
    desk.succeed(desk.claim(made["variants"][0]["jobs"][0]))
    with executed(app.state.engine) as statements:
        assert (await client.post(made["links"]["cancel"], headers={"If-Match": seen})).status_code == 412
    assert statements
    assert not [statement for statement in statements if "jobs.result" in statement]
    now = (await client.get(made["links"]["self"])).headers["etag"]
    assert (await client.post(made["links"]["cancel"], headers={"If-Match": now})).status_code == 200


async def test_other_owners_comparisons_do_not_exist(client: httpx.AsyncClient, engine: Engine) -> None:
    made = await make(client)
    with writing(engine) as session:
        session.execute(update(ComparisonRow).values(owner="somebody else"))
    assert (await client.get(made["links"]["self"])).status_code == 404
    assert (await client.post(made["links"]["cancel"])).status_code == 404
