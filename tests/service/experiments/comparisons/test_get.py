"""Looking at comparisons while their jobs end one way or another."""

from __future__ import annotations

from statistics import median

import httpx
import numpy as np
import pytest
from sqlalchemy import Engine, update

from models.events import Array, TraceBlock
from service.database.session import writing
from service.database.tables import TraceRow
from service.worker import attempts
from service.worker.tensors import of_trace
from tests.databases import KINDS
from tests.service.experiments.comparisons.client import COMPARISONS, look, make
from tests.service.jobs.desk import Desk, recording

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("url", KINDS, indirect=True)]
JOBS = "/api/v1/jobs"


def ends(accuracy: float | None, loss: float | None = 0.5) -> dict[str, dict[str, float | None]]:
    """The metrics of an ended training."""
    return {"train": {"loss": loss, "accuracy": accuracy}, "test": {"loss": loss, "accuracy": accuracy}}


def fail(desk: Desk, job_id: str) -> None:
    """Let a job that waits begin and fail."""
    claim = desk.claim(job_id)
    with writing(desk.engine) as session:
        attempts.JOBS.fail(session, claim, {"type": "data", "title": "No data", "detail": "There are none."})


def untrained(first: float, last: float) -> TraceBlock:
    """The trace of an untrained network of two layers with these gradients."""
    norms = Array.of(np.array([[first, last]], np.float32))
    return TraceBlock(epoch=[0], quantities={"gradient_norm": norms}, overall={})


async def test_medians_intervals_and_paired_differences(client: httpx.AsyncClient, desk: Desk) -> None:
    made = await make(client, seeds=7)
    first = [0.5, 0.75, 0.5, 0.625, 0.5, 0.5, 0.875]
    second = [0.75, 0.875, 0.75, 0.5, 0.5, 0.75, 1.0]
    for variant, values in zip(made["variants"], (first, second), strict=True):
        for job_id, value in zip(variant["jobs"], values, strict=True):
            verdict = "healthy" if value > 0.5 else "vanishing_gradients"
            desk.succeed(desk.claim(job_id), metrics=ends(value), verdict=verdict)
    seen = await look(client, made)
    assert (seen["status"], seen["progress"]) == ("succeeded", {"jobs": 14, "of": 14})
    sample = seen["variants"][0]["metrics"]["test"]["accuracy"]
    assert sample == {
        "values": first,
        "n": 7,
        "median": median(first),
        "interval": {
            "low": 0.5,
            "high": 0.875,
            "level": 0.95,
            "coverage": 0.984375,
            "method": "order_statistics",
        },
    }
    assert seen["variants"][0]["verdicts"] == {"vanishing_gradients": 4, "healthy": 3}
    assert seen["variants"][0]["stop_reasons"] == {"completed": 7}
    found = {(entry["split"], entry["metric"]): entry for entry in seen["differences"]}
    assert set(found) == {(split, metric) for split in ("train", "test") for metric in ("loss", "accuracy")}
    difference = found["test", "accuracy"]
    assert (difference["a"], difference["b"]) == (0, 1)
    assert difference["values"] == [0.25, 0.125, 0.25, -0.125, 0.0, 0.25, 0.125]
    assert (difference["n"], difference["median"]) == (7, 0.125)
    assert (difference["interval"]["low"], difference["interval"]["high"]) == (-0.125, 0.25)
    assert difference["sign_test"] == {"positive": 5, "negative": 1, "ties": 1, "p_value": 0.21875}
    assert found["test", "loss"]["sign_test"] == {"positive": 0, "negative": 0, "ties": 7, "p_value": 1.0}


async def test_every_pair_is_compared(client: httpx.AsyncClient, desk: Desk) -> None:
    made = await make(client, specs=3, seeds=1)
    for number, variant in enumerate(made["variants"]):
        desk.succeed(desk.claim(variant["jobs"][0]), metrics={"train": {"loss": float(number)}})
    differences = (await look(client, made))["differences"]
    pairs = {(entry["a"], entry["b"]): entry["values"] for entry in differences}
    assert pairs == {(0, 1): [1.0], (0, 2): [2.0], (1, 2): [1.0]}
    assert {entry["interval"] for entry in differences} == {None}


async def test_what_has_not_ended_well_is_null(client: httpx.AsyncClient, desk: Desk) -> None:
    made = await make(client, specs=1, seeds=6)
    [variant] = made["variants"]
    good, diverged, failed, cancelled, gone, waiting = variant["jobs"]
    desk.succeed(desk.claim(good), metrics=ends(0.75))
    desk.succeed(desk.claim(diverged), "diverged", metrics=ends(0.5, None), verdict="exploding_gradients")
    fail(desk, failed)
    await client.post(f"{JOBS}/{cancelled}/cancel")
    await client.delete(f"{JOBS}/{gone}")
    seen = await look(client, made)
    [variant] = seen["variants"]
    assert variant["statuses"] == ["succeeded", "succeeded", "failed", "cancelled", "missing", "queued"]
    assert (seen["status"], seen["progress"]) == ("running", {"jobs": 5, "of": 6})
    assert variant["metrics"]["test"]["accuracy"]["values"] == [0.75, 0.5, None, None, None, None]
    assert variant["metrics"]["test"]["accuracy"]["interval"]["coverage"] == 0.5
    assert variant["metrics"]["test"]["loss"]["values"] == [0.5, None, None, None, None, None]
    assert variant["metrics"]["test"]["loss"]["interval"] is None
    assert variant["stop_reasons"] == {"completed": 1, "diverged": 1}
    assert variant["verdicts"] == {"healthy": 1, "exploding_gradients": 1}
    await client.delete(f"{JOBS}/{waiting}")
    assert (await look(client, made))["status"] == "succeeded"


async def test_a_comparison_without_any_result(client: httpx.AsyncClient, desk: Desk) -> None:
    made = await make(client, specs=2, seeds=1)
    ids = [variant["jobs"][0] for variant in made["variants"]]
    for job_id in ids:
        fail(desk, job_id)
    seen = await look(client, made)
    assert (seen["status"], seen["differences"]) == ("failed", [])
    assert seen["variants"][0]["metrics"] == {}
    assert seen["variants"][0]["gradient"] == {"values": [None], "n": 0, "median": None, "interval": None}
    for job_id in ids:
        await client.delete(f"{JOBS}/{job_id}")
    assert (await look(client, made))["status"] == "cancelled"


async def test_the_gradients_ratio_before_training(client: httpx.AsyncClient, desk: Desk, engine: Engine) -> None:
    made = await make(client, specs=1, seeds=4)
    recorded, silent, exploded, _waiting = made["variants"][0]["jobs"]
    desk.record(desk.claim(recorded), *recording("circles"))
    for job_id, first, last in ((silent, 1.0, 0.0), (exploded, float("inf"), float("inf"))):
        desk.record(desk.claim(job_id), *recording("circles")[:2])
        with writing(engine) as session:
            content = of_trace(untrained(first, last))
            session.execute(update(TraceRow).where(TraceRow.job_id == job_id).values(content=content))
    trace = (await client.get(f"{JOBS}/{recorded}/gradients")).json()
    norms = trace["quantities"]["gradient_norm"][trace["epoch"].index(0)]
    gradient = (await look(client, made))["variants"][0]["gradient"]
    assert gradient["values"] == [pytest.approx(norms[0] / norms[-1]), None, None, None]
    assert gradient["median"] == gradient["values"][0]


async def test_the_etag_changes_with_the_jobs(client: httpx.AsyncClient, desk: Desk) -> None:
    made = await make(client)
    path = made["links"]["self"]
    tags = [(await client.get(path)).headers["etag"]]
    job_id = made["variants"][1]["jobs"][2]
    claim = desk.claim(job_id)
    tags.append((await client.get(path)).headers["etag"])
    desk.succeed(claim)
    tags.append((await client.get(path)).headers["etag"])
    await client.delete(f"{JOBS}/{job_id}")
    tags.append((await client.get(path)).headers["etag"])
    assert len(set(tags)) == 4
    same = await client.get(path, headers={"If-None-Match": tags[-1]})
    assert (same.status_code, same.headers["etag"]) == (304, tags[-1])


@pytest.mark.parametrize("name", ["cmp_01981d2b-7c2e-7b11-8f10-4f3a6f9d2c55", "nonsense", "cmp_%00", "cmp_%ff"])
async def test_an_unknown_comparison_is_not_found(client: httpx.AsyncClient, name: str) -> None:
    for response in (
        await client.get(f"{COMPARISONS}/{name}"),
        await client.post(f"{COMPARISONS}/{name}/cancel"),
    ):
        assert response.status_code == 404
        assert response.json()["type"].endswith(":not_found")
