"""What happened to a job: as a list, and as a stream."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from service.app import create_app
from service.jobs.routes import events
from service.settings import Settings
from tests.databases import KINDS
from tests.service.jobs.desk import Desk, recording

pytestmark = pytest.mark.anyio
STREAM = {"Accept": "text/event-stream"}


def path(job_id: str) -> str:
    return f"/api/v1/jobs/{job_id}/events"


def parsed(text: str) -> list[dict[str, Any]]:
    """The events of a stream."""
    blocks = [block for block in text.replace("\r\n", "\n").split("\n\n") if block and not block.startswith(":")]
    events = [dict(line.split(": ", 1) for line in block.splitlines()) for block in blocks]
    return [event | {"data": json.loads(event["data"])} for event in events]


async def listed(client: httpx.AsyncClient, job_id: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = (await client.get(path(job_id), params={"limit": "1000"})).json()["data"]
    return events


@asynccontextmanager
async def listening(app: FastAPI, job_id: str) -> AsyncIterator[asyncio.Queue[str]]:
    """The types of a stream's events as they come; httpx's transport would hand them over only when all have come."""
    told: asyncio.Queue[str] = asyncio.Queue()
    gone = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        body = message.get("body", b"").decode()
        if body.startswith(": ping"):
            await told.put("ping")
        for event in parsed(body):
            await told.put(event["event"])

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path(job_id),
        "raw_path": path(job_id).encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"localhost"), (b"accept", b"text/event-stream")],
        "client": ("127.0.0.1", 1),
        "server": ("clinic", 80),
        "state": {},
    }
    request = asyncio.create_task(app(scope, receive, send))
    async with asyncio.timeout(30):
        yield told
        gone.set()
        await request


class TestList:
    async def test_everything_is_in_order(self, client: httpx.AsyncClient, desk: Desk) -> None:
        events = await listed(client, desk.succeeded())
        types = [event["type"] for event in events]
        ids = [event["id"] for event in events]
        assert types[:2] == ["queued", "started"]
        assert types[-1] == "succeeded"
        assert {"progress", "surface"} <= set(types)
        assert ids == sorted(set(ids))
        assert events[1]["data"] == {"attempt": 1, "epochs": 40}
        last = [event["data"] for event in events if event["type"] == "progress"][-1]
        assert (last["epoch"], last["epochs"]) == (40, 40)
        assert set(last["metrics"]) >= {"loss", "val_accuracy"}

    async def test_pages(self, client: httpx.AsyncClient, desk: Desk) -> None:
        job_id = desk.succeeded()
        everything = await listed(client, job_id)
        seen: list[dict[str, Any]] = []
        params = {"limit": "4"}
        while True:
            page = (await client.get(path(job_id), params=params)).json()
            seen += page["data"]
            if not page["has_more"]:
                break
            params["cursor"] = page["next_cursor"]
        assert seen == everything

    async def test_a_diverged_run_speaks_json(self, client: httpx.AsyncClient, desk: Desk) -> None:
        events = await listed(client, desk.succeeded("diverged"))
        assert [event["data"]["metrics"]["loss"] for event in events if event["type"] == "progress"][-1] is None

    async def test_an_unknown_job_is_not_found(self, client: httpx.AsyncClient) -> None:
        for headers in ({}, STREAM):
            assert (await client.get(path("job_x"), headers=headers)).status_code == 404


class TestStream:
    async def test_an_ended_job_is_told_to_its_end(self, client: httpx.AsyncClient, desk: Desk) -> None:
        job_id = desk.succeeded()
        response = await client.get(path(job_id), headers=STREAM)
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-store"
        *events, end = parsed(response.text)
        expected = [(str(event["id"]), event["type"], event["data"]) for event in await listed(client, job_id)]
        assert [(event["id"], event["event"], event["data"]) for event in events] == expected
        assert (end["event"], end["data"], "id" in end) == ("end", {"status": "succeeded"}, False)

    async def test_it_resumes_behind_the_last_event(self, client: httpx.AsyncClient, desk: Desk) -> None:
        job_id = desk.succeeded()
        ids = [event["id"] for event in await listed(client, job_id)]
        response = await client.get(path(job_id), headers=STREAM | {"Last-Event-ID": str(ids[3])})
        *events, _ = parsed(response.text)
        assert [int(event["id"]) for event in events] == ids[4:]
        nothing = await client.get(path(job_id), headers=STREAM | {"Last-Event-ID": str(ids[-1])})
        assert [event["event"] for event in parsed(nothing.text)] == ["end"]

    @pytest.mark.parametrize("last", ["now", "-1", "9" * 30, "1.5"])
    async def test_a_wrong_last_event_is_refused(self, client: httpx.AsyncClient, desk: Desk, last: str) -> None:
        response = await client.get(path(desk.queued()), headers=STREAM | {"Last-Event-ID": last})
        assert response.status_code == 422
        assert response.json()["errors"][0]["parameter"] == "Last-Event-ID"

    async def test_other_forms_are_not_acceptable(self, client: httpx.AsyncClient, desk: Desk) -> None:
        assert (await client.get(path(desk.queued()), headers={"Accept": "text/html"})).status_code == 406

    @pytest.mark.parametrize("url", KINDS, indirect=True)
    async def test_it_follows_a_running_job(self, client: httpx.AsyncClient, desk: Desk) -> None:
        claim = desk.claimed()
        streams = [asyncio.create_task(client.get(path(claim.job_id), headers=STREAM)) for _ in range(5)]
        for event in recording("circles"):
            await asyncio.to_thread(desk.record, claim, event)
        await asyncio.to_thread(desk.succeed, claim)
        expected = [str(event["id"]) for event in await listed(client, claim.job_id)]
        for response in await asyncio.gather(*streams):
            assert [event.get("id") for event in parsed(response.text)] == [*expected, None]

    async def test_it_ends_with_a_deleted_job(self, app: FastAPI, client: httpx.AsyncClient, desk: Desk) -> None:
        job_id = desk.queued()
        async with listening(app, job_id) as told:
            assert await told.get() == "queued"
            await client.delete(f"/api/v1/jobs/{job_id}")
            assert await told.get() == "end"

    async def test_an_event_is_told_at_once(self, app: FastAPI, desk: Desk) -> None:
        claim = desk.claimed()
        async with listening(app, claim.job_id) as told:
            assert [await told.get(), await told.get()] == ["queued", "started"]
            for event in recording("circles")[:4]:
                await asyncio.to_thread(desk.record, claim, event)
            assert [await told.get(), await told.get()] == ["surface", "progress"]

    async def test_a_silent_stream_lives(self, app: FastAPI, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(events, "HEARTBEAT", 0.05)
        async with listening(app, desk.queued()) as told:
            assert [await told.get() for _ in range(3)] == ["queued", "ping", "ping"]

    @pytest.mark.parametrize("url", KINDS, indirect=True)
    async def test_another_server_goes_on(self, settings: Settings, client: httpx.AsyncClient, desk: Desk) -> None:
        """One that was started anew, or any other API process of the same database."""
        claim = desk.running(events=6)
        seen = await listed(client, claim.job_id)
        other = create_app(settings)
        async with (
            other.router.lifespan_context(other),
            httpx.AsyncClient(transport=httpx.ASGITransport(other), base_url="http://localhost") as there,
        ):
            headers = STREAM | {"Last-Event-ID": str(seen[1]["id"])}
            asked = asyncio.create_task(there.get(path(claim.job_id), headers=headers))
            for event in recording("circles")[6:]:
                await asyncio.to_thread(desk.record, claim, event)
            await asyncio.to_thread(desk.succeed, claim)
            *told, end = parsed((await asked).text)
        everything = await listed(client, claim.job_id)
        assert [int(event["id"]) for event in told] == [event["id"] for event in everything[2:]]
        assert len(told) > len(seen) > 4
        assert end["data"] == {"status": "succeeded"}


async def test_waiting_holds_no_thread_and_no_connection(client: httpx.AsyncClient, app: FastAPI, desk: Desk) -> None:
    """More clients wait than there are threads or connections."""
    claims = [desk.claimed() for _ in range(3)]
    waiting = [asyncio.create_task(client.get(path(claims[index % 3].job_id), headers=STREAM)) for index in range(60)]
    for _ in range(20):
        assert (await client.get("/api/v1/jobs")).status_code == 200
    for claim in claims:
        await asyncio.to_thread(desk.succeed, claim)
    responses = await asyncio.gather(*waiting)
    assert {response.status_code for response in responses} == {200}
    assert app.state.engine.pool.checkedout() == 0
