"""Asking for comparisons."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, func, select

from models.specs.canonical import canonical, spec_hash
from models.specs.check import parse
from service.database.session import reading, writing
from service.database.tables import ComparisonRow, EventRow, JobRow, LabelRow
from service.queue import workflows
from tests.databases import KINDS
from tests.service.experiments.comparisons.client import COMPARISONS
from tests.service.jobs.desk import Desk
from tests.service.jobs.specs import IRIS, document

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("url", KINDS, indirect=True)]
JOBS = "/api/v1/jobs"
ONE = document(name="one", seed=7)
TWO = document(name="two", seed=99, labels={})


def stored(engine: Engine) -> int:
    """How many rows there are of everything that a comparison makes."""
    with reading(engine) as session:
        tables = (ComparisonRow, JobRow, EventRow, LabelRow)
        return sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


async def test_specs_and_seeds_become_jobs(client: httpx.AsyncClient, engine: Engine) -> None:
    response = await client.post(COMPARISONS, json={"specs": [ONE, TWO], "seeds": 3})
    comparison = response.json()
    assert response.status_code == 202
    assert response.headers["location"] == f"{COMPARISONS}/{comparison['id']}" == comparison["links"]["self"]
    assert int(response.headers["retry-after"]) >= 1
    assert comparison["status"] == "queued"
    assert comparison["seeds"] == [7, 8, 9]
    assert comparison["progress"] == {"jobs": 0, "of": 6}
    assert [variant["name"] for variant in comparison["variants"]] == ["one", "two"]
    listed = (await client.get(JOBS)).json()["data"][::-1]
    assert [job["id"] for job in listed] == [job for variant in comparison["variants"] for job in variant["jobs"]]
    assert [job["queue_position"] for job in listed] == [1, 2, 3, 4, 5, 6]
    assert [(job["name"], job["spec"]["seed"]) for job in listed] == [
        *(("one", seed) for seed in (7, 8, 9)),
        *(("two", seed) for seed in (7, 8, 9)),
    ]
    assert [job["labels"] for job in listed] == [{"course": "dl"}] * 3 + [{}] * 3
    assert listed[4]["spec"] == canonical(parse(document(name="two", seed=8)))
    hashes = [spec_hash(parse(document(seed=7)))] * 2
    assert [variant["spec_hash"] for variant in comparison["variants"]] == hashes
    assert (await client.get(response.headers["location"])).json() == comparison
    with reading(engine) as session:
        assert workflows.unserved(session) == {}  # the workflows came with the same commit


async def test_ten_seeds_without_a_word(client: httpx.AsyncClient) -> None:
    comparison = (await client.post(COMPARISONS, json={"specs": [document(seed=2**32 - 1)]})).json()
    assert comparison["seeds"] == [2**32 - 1, *range(9)]
    assert comparison["differences"] == []


async def test_the_specs_of_jobs(client: httpx.AsyncClient, desk: Desk) -> None:
    first, second = desk.queued(name="again", seed=5), desk.succeeded("iris")
    response = await client.post(COMPARISONS, json={"jobs": [first, second, first], "seeds": 1})
    variants = response.json()["variants"]
    assert [variant["name"] for variant in variants] == ["again", "irises", "again"]
    made = [(await client.get(f"{JOBS}/{variant['jobs'][0]}")).json() for variant in variants]
    assert {job["id"] for job in made}.isdisjoint({first, second})
    assert made[1]["spec"] == canonical(parse(IRIS | {"seed": 5}))
    assert made[1]["labels"] == IRIS["labels"]


class TestRefusals:
    @pytest.mark.parametrize(
        ("body", "pointers"),
        [
            ({}, {""}),
            ({"specs": [ONE], "jobs": ["job_1"]}, {""}),
            ([], {""}),
            ({"specs": [], "seeds": 0}, {"/specs", "/seeds"}),
            ({"specs": [ONE] * 21}, {"/specs"}),
            ({"specs": [ONE], "seeds": 101}, {"/seeds"}),
            ({"specs": [ONE], "seeds": "3"}, {"/seeds"}),
            ({"specs": [ONE], "seeds": True}, {"/seeds"}),
            ({"specs": [ONE] * 6, "seeds": 100}, {"/seeds"}),
            ({"specs": [ONE], "runs": 3}, {"/runs"}),
            ({"specs": [ONE, 5]}, {"/specs/1"}),
            (
                {"specs": [document(seed=-1), ONE, document(training=ONE["training"] | {"loss": "cosine"})]},
                {"/specs/0/seed", "/specs/2/training/loss"},
            ),
            ({"jobs": ["job_%00", "job_01981d2b-7c2e-7b11-8f10-4f3a6f9d2c55"]}, {"/jobs/0", "/jobs/1"}),
            ({"jobs": [3]}, {"/jobs/0"}),
        ],
    )
    async def test_what_is_wrong_is_pointed_at(
        self, client: httpx.AsyncClient, engine: Engine, body: Any, pointers: set[str]
    ) -> None:
        response = await client.post(COMPARISONS, json=body)
        assert response.status_code == 422
        assert {fault["pointer"] for fault in response.json()["errors"]} == pointers
        assert stored(engine) == 0

    async def test_rows_that_would_be_kept_a_hundred_times(self, client: httpx.AsyncClient, engine: Engine) -> None:
        rows = [[number + part / 7 for part in range(30)] for number in range(1000)]
        source = {"type": "inline", "features": rows, "targets": [number % 2 for number in range(1000)]}
        response = await client.post(COMPARISONS, json={"specs": [document(data={"source": source})], "seeds": 100})
        assert [fault["pointer"] for fault in response.json()["errors"]] == ["/seeds"]
        assert stored(engine) == 0

    async def test_other_owners_jobs_do_not_exist(self, client: httpx.AsyncClient, desk: Desk) -> None:
        response = await client.post(COMPARISONS, json={"jobs": [desk.queued("somebody else")]})
        assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "/jobs/0")

    async def test_a_full_queue_stores_nothing(self, client: httpx.AsyncClient, engine: Engine) -> None:
        response = await client.post(COMPARISONS, json={"specs": [ONE, TWO, ONE], "seeds": 17})  # one job too many
        assert response.status_code == 503
        assert response.json()["type"].endswith(":queue_full")
        assert int(response.headers["retry-after"]) > 0
        assert stored(engine) == 0
        assert (await client.post(COMPARISONS, json={"specs": [ONE, TWO], "seeds": 25})).status_code == 202


class TestIdempotency:
    async def test_the_same_request_is_the_same_comparison(self, client: httpx.AsyncClient, engine: Engine) -> None:
        headers = {"Idempotency-Key": "a"}
        bodies = [{"specs": [ONE], "seeds": 2}, {"seeds": 2.0, "specs": [dict(reversed(ONE.items()))]}]
        responses = await asyncio.gather(*(client.post(COMPARISONS, json=body, headers=headers) for body in bodies * 3))
        assert {response.status_code for response in responses} == {202}
        assert len({response.json()["id"] for response in responses}) == 1
        with reading(engine) as session:
            assert session.scalar(select(func.count()).select_from(JobRow)) == 2
        other = await client.post(COMPARISONS, json=bodies[0], headers={"Idempotency-Key": "b"})
        assert other.json()["id"] != responses[0].json()["id"]
        job = await client.post(JOBS, json=ONE, headers=headers)  # a key belongs to one kind of request
        assert job.status_code == 202

    async def test_another_body_is_refused(self, client: httpx.AsyncClient) -> None:
        headers = {"Idempotency-Key": "a"}
        await client.post(COMPARISONS, json={"specs": [ONE], "seeds": 1}, headers=headers)
        response = await client.post(COMPARISONS, json={"specs": [TWO], "seeds": 1}, headers=headers)
        assert response.status_code == 422
        assert response.json()["type"].endswith(":idempotency_key_reused")

    async def test_it_holds_when_the_jobs_that_were_named_are_gone(self, client: httpx.AsyncClient, desk: Desk) -> None:
        job_id = desk.failed()
        body, headers = {"jobs": [job_id], "seeds": 1}, {"Idempotency-Key": "a"}
        first = await client.post(COMPARISONS, json=body, headers=headers)
        await client.delete(f"{JOBS}/{job_id}")
        again = await client.post(COMPARISONS, json=body, headers=headers)
        assert again.json()["id"] == first.json()["id"]


class TestPrefer:
    async def test_it_answers_when_all_jobs_have_ended(
        self, client: httpx.AsyncClient, desk: Desk, engine: Engine
    ) -> None:
        def agent() -> None:
            """Ends four jobs in the order in which they came."""
            ended = 0
            while ended < 4:
                with writing(engine) as session:
                    job_id = session.scalar(select(JobRow.id).where(JobRow.status == "queued").order_by(JobRow.id))
                if job_id is not None:
                    desk.succeed(desk.claim(job_id))
                    ended += 1

        work = asyncio.create_task(asyncio.to_thread(agent))
        response = await client.post(COMPARISONS, json={"specs": [ONE, TWO], "seeds": 2}, headers={"Prefer": "wait=20"})
        await work
        assert (response.status_code, response.json()["status"]) == (200, "succeeded")
        assert response.headers["preference-applied"] == "wait=20"
        assert response.json()["progress"] == {"jobs": 4, "of": 4}

    async def test_it_answers_in_time(self, client: httpx.AsyncClient) -> None:
        began = time.monotonic()
        response = await client.post(COMPARISONS, json={"specs": [ONE], "seeds": 2}, headers={"Prefer": "wait=1"})
        assert 0.9 < time.monotonic() - began < 3
        assert (response.status_code, response.json()["status"]) == (200, "queued")
