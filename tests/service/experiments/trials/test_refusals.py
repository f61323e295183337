"""What cannot be tried is refused, and stores nothing."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from tests.service.experiments.trials.client import JOBS, SLOWER, sick
from tests.service.experiments.trials.test_create import stored
from tests.service.jobs.desk import Desk

pytestmark = pytest.mark.anyio
BROKEN: list[tuple[Any, set[str]]] = [
    ([], {""}),
    ({"seeds": 1}, {"/seeds"}),
    ({"seeds": 21}, {"/seeds"}),
    ({"seeds": True}, {"/seeds"}),
    ({"advice": []}, {"/advice"}),
    ({"advice": ["relu_he", "pray", "nothing"]}, {"/advice/1", "/advice/2"}),
    ({"patches": [], "runs": 3}, {"/patches", "/runs"}),
    ({"patches": [{"code": "a"}]}, {"/patches/0/patch"}),
    ({"patches": [{"code": "a", "patch": []}]}, {"/patches/0/patch"}),
    ({"patches": [{"code": "", "patch": SLOWER}]}, {"/patches/0/code"}),
    ({"patches": [{"code": "a", "patch": [{"op": "add", "path": "/name"}]}]}, {"/patches/0/patch/0/value"}),
    (
        {"patches": [{"code": "a", "patch": [{"op": "add", "path": "x", "value": 1}]}]},
        {"/patches/0/patch/0/path"},
    ),
    ({"patches": [{"code": "a", "patch": [{"op": "copy", "path": "/a"}]}]}, {"/patches/0/patch/0/from"}),
    (
        {
            "patches": [
                {"code": "a", "patch": [*SLOWER, {"op": "remove", "path": "/nowhere"}]},
                {"code": "b", "patch": [{"op": "replace", "path": "/training/loss", "value": "cosine"}]},
                {"code": "c", "patch": [{"op": "replace", "path": "/seed", "value": 5}]},
                {"code": "d", "patch": [{"op": "test", "path": "/seed", "value": 1}]},
                {"code": "e", "patch": [{"op": "replace", "path": "", "value": 7}]},
            ]
        },
        {"/patches/0/patch/1", *(f"/patches/{index}/patch" for index in range(1, 5))},
    ),
]


async def test_what_is_wrong_is_pointed_at(client: httpx.AsyncClient, desk: Desk, engine: Engine) -> None:
    path = f"{JOBS}/{sick(desk)}/trials"
    for body, pointers in BROKEN:
        response = await client.post(path, json=body)
        assert response.status_code == 422, (body, response.text)
        assert {fault["pointer"] for fault in response.json()["errors"]} == pointers
    assert stored(engine) == (0, 1)


async def test_a_place_in_the_spec_is_named(client: httpx.AsyncClient, desk: Desk) -> None:
    patch = [{"op": "replace", "path": "/training/epochs", "value": 0}]
    response = await client.post(f"{JOBS}/{sick(desk)}/trials", json={"patches": [{"code": "a", "patch": patch}]})
    assert "/training/epochs" in response.json()["errors"][0]["detail"]


async def test_jobs_that_have_left_nothing(client: httpx.AsyncClient, desk: Desk) -> None:
    for job_id in (desk.queued(), desk.running().job_id, desk.failed(), desk.cancelled()):
        assert (await client.post(f"{JOBS}/{job_id}/trials")).status_code == 409
    assert (await client.post(f"{JOBS}/job_01981d2b-7c2e-7b11-8f10-4f3a6f9d2c55/trials")).status_code == 404
    assert (await client.post(f"{JOBS}/job_%00/trials")).status_code == 404


async def test_a_healthy_job(client: httpx.AsyncClient, desk: Desk) -> None:
    response = await client.post(f"{JOBS}/{desk.succeeded()}/trials")
    assert (response.status_code, response.json()["type"].endswith(":nothing_to_try")) == (409, True)


async def test_a_full_queue_stores_nothing(client: httpx.AsyncClient, desk: Desk, engine: Engine) -> None:
    response = await client.post(f"{JOBS}/{sick(desk)}/trials", json={"seeds": 9})  # 53 jobs, 50 may wait
    assert response.status_code == 503
    assert response.json()["type"].endswith(":queue_full")
    assert stored(engine) == (0, 1)
