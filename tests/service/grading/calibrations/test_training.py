"""A calibration and a regrade that agents bring to their end."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx
import pytest

from tests.databases import KINDS
from tests.service.grading.submissions.school import look, publish, spec, submitted
from tests.service.worker.agents import Agent

pytestmark = [pytest.mark.slow, pytest.mark.anyio, pytest.mark.parametrize("url", KINDS, indirect=True)]
SHORT = {"epochs": 5}


async def ended(client: httpx.AsyncClient, thing: dict[str, Any]) -> dict[str, Any]:
    """A thing when nothing of it is to come."""
    deadline = time.monotonic() + 200
    while thing["status"] in {"queued", "grading", "running"}:
        assert time.monotonic() < deadline, thing
        await asyncio.sleep(0.1)
        thing = await look(client, thing)
    return thing


async def test_agents_judge_a_rubric_and_grade_again(client: httpx.AsyncClient, agent: Agent) -> None:
    assignment = await publish(client)
    path = assignment["links"]["self"]
    network = spec(4, **SHORT)
    references = [{"name": "one", "spec": network}, {"name": "too long", "spec": spec(4, epochs=100)}]
    asked = await client.post(f"{path}/calibrations", json={"references": references, "seeds": 3, "pass_mark": 1})
    assert asked.status_code == 202
    calibration = await ended(client, asked.json())
    one, refused = calibration["references"]
    assert (calibration["status"], one["result"]["seeds"], refused["result"]) == ("succeeded", 3, None)
    assert [check["name"] for check in one["result"]["checks"]] == ["metric", "parameter_budget", "no_finding"]
    assert one["result"]["checks"][1]["grades"] == 1.0

    graded = await ended(client, await submitted(client, assignment, spec=network))
    for job in graded["jobs"]:
        assert (await client.delete(f"/api/v1/jobs/{job['job_id']}")).status_code == 204
    regrade = await ended(client, (await client.post(f"{path}/regrades")).json())
    assert regrade["summary"]["changes"] == {"unchanged": 1}
    again = await look(client, graded)
    assert again["grade"] == graded["grade"]
    assert {job["job_id"] for job in again["jobs"]} & {job["job_id"] for job in graded["jobs"]} == set()
