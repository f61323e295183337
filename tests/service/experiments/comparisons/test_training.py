"""A comparison that is really trained: its numbers are those of its jobs."""

from __future__ import annotations

import asyncio
import time
from statistics import median
from typing import Any

import httpx
import pytest

from tests.databases import KINDS
from tests.service.jobs.specs import HEAD, document
from tests.service.worker.agents import Agent

pytestmark = [pytest.mark.slow, pytest.mark.anyio, pytest.mark.parametrize("url", KINDS, indirect=True)]


async def test_its_numbers_are_those_of_its_jobs(client: httpx.AsyncClient, agent: Agent) -> None:
    training = document()["training"] | {"epochs": 5}
    wide = {"layers": [{"type": "dense", "units": 8, "activation": "relu"}, HEAD]}
    specs = [document(name="deep", seed=11, training=training), document(name="wide", training=training)]
    specs[1]["architecture"] = wide
    body = {"specs": specs, "seeds": 3}
    comparison = (await client.post("/api/v1/comparisons", json=body, headers={"Prefer": "wait=30"})).json()
    deadline = time.monotonic() + 120
    while comparison["status"] in {"queued", "running"}:
        assert time.monotonic() < deadline, comparison["progress"]
        await asyncio.sleep(0.1)
        comparison = (await client.get(comparison["links"]["self"])).json()
    assert comparison["status"] == "succeeded"
    assert comparison["progress"] == {"jobs": 6, "of": 6}

    async def get(path: str) -> Any:
        return (await client.get(f"/api/v1/jobs/{path}")).json()

    jobs = [[await get(job_id) for job_id in variant["jobs"]] for variant in comparison["variants"]]
    for variant, own in zip(comparison["variants"], jobs, strict=True):
        assert [job["spec"]["seed"] for job in own] == comparison["seeds"] == [11, 12, 13]
        assert len({job["result"]["weights_digest"] for job in own}) == 3
        for split in ("train", "test"):
            for metric in ("loss", "accuracy"):
                values = [job["result"]["metrics"][split][metric] for job in own]
                sample = variant["metrics"][split][metric]
                assert (sample["values"], sample["median"]) == (values, median(values))
                interval = sample["interval"]
                assert (interval["low"], interval["high"], interval["coverage"]) == (min(values), max(values), 0.75)
        assert sum(variant["verdicts"].values()) == 3
        traces = [await get(f"{job['id']}/gradients?quantities=gradient_norm") for job in own]
        norms = [trace["quantities"]["gradient_norm"][trace["epoch"].index(0)] for trace in traces]
        assert variant["gradient"]["values"] == pytest.approx([norm[0] / norm[-1] for norm in norms])
    for difference in comparison["differences"]:
        own, other = (
            [job["result"]["metrics"][difference["split"]][difference["metric"]] for job in jobs[index]]
            for index in (difference["a"], difference["b"])
        )
        values = [late - early for early, late in zip(own, other, strict=True)]
        assert (difference["values"], difference["median"]) == (values, median(values))
        assert difference["sign_test"]["positive"] == sum(value > 0 for value in values)
    started = [job["started_at"] for own in jobs for job in own]
    assert started == sorted(started)  # the jobs of one spec followed each other
