"""Every answer names its request."""

from __future__ import annotations

import json
import logging

import httpx
import pytest
from fastapi import FastAPI

from service.http.observation import HEADER
from service.telemetry import logs

pytestmark = pytest.mark.anyio


async def test_an_id_is_made(client: httpx.AsyncClient) -> None:
    names = [(await client.get(path)).headers[HEADER] for path in ("/livez", "/livez", "/nowhere", "/api/v1/jobs/x")]
    assert len(set(names)) == 4


@pytest.mark.parametrize("given", ["a", "0f8f-1.2_3", "x" * 128])
async def test_a_sane_one_is_kept(client: httpx.AsyncClient, given: str) -> None:
    assert (await client.get("/livez", headers={HEADER: given})).headers[HEADER] == given


@pytest.mark.parametrize("given", ["", "two words", "x" * 129, "a\tb", '"'])
async def test_any_other_is_replaced(client: httpx.AsyncClient, given: str) -> None:
    made = (await client.get("/livez", headers={HEADER: given})).headers.get_list(HEADER)
    assert len(made) == 1
    assert made != [given]


async def test_an_error_of_ours_is_named_counted_and_logged(app: FastAPI, caplog: pytest.LogCaptureFixture) -> None:
    @app.get("/broken")
    def broken() -> None:
        logging.getLogger("service.broken").warning("it breaks")
        raise ZeroDivisionError

    caplog.set_level(logging.DEBUG, "service")
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    caplog.handler.setFormatter(logs.JsonFormatter())
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await client.get("/broken", headers={HEADER: "mine"})
        metrics = (await client.get("/metrics")).text
    assert (answer.status_code, answer.headers[HEADER]) == (500, "mine")
    assert 'clinic_http_requests_total{method="GET",route="/broken",status="500"} 1.0' in metrics
    found = [json.loads(text) for text in caplog.text.splitlines()]
    words, request = (entry for entry in found if entry.get("request_id") == "mine")
    assert words["message"] == "it breaks"
    assert (request["path"], request["status"]) == ("/broken", 500)
