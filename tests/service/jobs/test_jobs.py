"""Submitting, looking at, cancelling and deleting jobs."""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, func, select

from models.specs.canonical import spec_hash
from models.specs.check import parse
from service.database.session import reading, writing
from service.database.tables import EventRow, IdempotencyRow, JobRow, LabelRow
from service.queue import workflows
from service.worker import attempts
from service.worker.interruptions import CancelRequested
from tests.databases import KINDS
from tests.service.http.statements import executed
from tests.service.jobs.desk import Desk
from tests.service.jobs.specs import document

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("url", KINDS, indirect=True)]
JOBS = "/api/v1/jobs"


class TestCreate:
    async def test_a_job_is_stored_and_queued(self, client: httpx.AsyncClient, engine: Engine) -> None:
        response = await client.post(JOBS, json=document())
        job = response.json()
        assert response.status_code == 202
        assert response.headers["location"] == f"{JOBS}/{job['id']}" == job["links"]["self"]
        assert int(response.headers["retry-after"]) >= 1
        assert (job["status"], job["queue_position"], job["name"]) == ("queued", 1, "small")
        assert job["labels"] == {"course": "dl"}
        assert job["progress"] == {"epoch": 0, "epochs": 40}
        assert job["spec_hash"] == spec_hash(parse(document()))
        assert job["spec"]["architecture"]["layers"][0]["kernel_initializer"]["type"] == "glorot_uniform"
        assert (await client.get(response.headers["location"])).json() == job
        with writing(engine) as session:
            assert workflows.unserved(session) == {}  # the workflow came with the same commit
            assert session.scalars(select(EventRow.type).where(EventRow.job_id == job["id"])).all() == ["queued"]

    async def test_an_invalid_spec_is_refused_with_pointers(self, client: httpx.AsyncClient, engine: Engine) -> None:
        broken = document(training=document()["training"] | {"epochs": 0, "optimiser": "sgd"})
        response = await client.post(JOBS, json=broken)
        assert response.status_code == 422
        problem = response.json()
        assert problem["type"].endswith(":invalid_spec")
        assert {fault["pointer"] for fault in problem["errors"]} == {"/training/epochs", "/training/optimiser"}
        with reading(engine) as session:
            assert session.scalar(select(func.count()).select_from(JobRow)) == 0

    async def test_validate_only_stores_nothing(self, client: httpx.AsyncClient, engine: Engine) -> None:
        good = await client.post(JOBS, params={"validate_only": "true"}, json=document())
        bad = await client.post(JOBS, params={"validate_only": "true"}, json={})
        assert (good.status_code, good.json()["valid"]) == (200, True)
        assert good.json()["parameters"]["total"] == 5 * 3 + 2 * 5 * 6 + 6
        assert (bad.status_code, bad.json()["valid"]) == (200, False)
        with reading(engine) as session:
            assert session.scalar(select(func.count()).select_from(JobRow)) == 0

    async def test_prefer_wait_answers_when_the_job_has_ended(
        self, client: httpx.AsyncClient, desk: Desk, engine: Engine
    ) -> None:
        def agent() -> str:
            """Ends the first job that comes."""
            while True:
                with writing(engine) as session:
                    job_id = session.scalar(select(JobRow.id))
                    claim = attempts.JOBS.claim(session, job_id, "agent", 3) if job_id else None
                if claim is not None:
                    desk.succeed(claim)
                    return claim.job_id

        work = asyncio.create_task(asyncio.to_thread(agent))
        response = await client.post(JOBS, json=document(), headers={"Prefer": "wait=20"})
        assert (response.status_code, response.json()["status"]) == (200, "succeeded")
        assert response.headers["preference-applied"] == "wait=20"
        assert response.json()["model"] == {"name": await work, "version": "1"}

    async def test_prefer_wait_answers_in_time(self, client: httpx.AsyncClient) -> None:
        began = time.monotonic()
        response = await client.post(JOBS, json=document(), headers={"Prefer": "respond-async, wait=1"})
        assert 0.9 < time.monotonic() - began < 3
        assert (response.status_code, response.json()["status"]) == (200, "queued")

    async def test_a_full_queue_is_said(self, client: httpx.AsyncClient, desk: Desk) -> None:
        for _ in range(50):
            desk.queued()
        response = await client.post(JOBS, json=document())
        assert response.status_code == 503
        assert response.json()["type"].endswith(":queue_full")
        assert int(response.headers["retry-after"]) > 0


class TestIdempotency:
    async def test_the_same_request_is_the_same_job(self, client: httpx.AsyncClient) -> None:
        headers = {"Idempotency-Key": "a"}
        first = await client.post(JOBS, json=document(), headers=headers)
        shuffled = dict(reversed(document().items()))
        second = await client.post(JOBS, json=shuffled, headers=headers)
        other = await client.post(JOBS, json=document(), headers={"Idempotency-Key": "b"})
        assert first.status_code == second.status_code == other.status_code == 202
        assert first.json()["id"] == second.json()["id"] != other.json()["id"]

    async def test_another_body_is_refused(self, client: httpx.AsyncClient) -> None:
        headers = {"Idempotency-Key": "a"}
        await client.post(JOBS, json=document(), headers=headers)
        response = await client.post(JOBS, json=document(seed=2), headers=headers)
        assert response.status_code == 422
        assert response.json()["type"].endswith(":idempotency_key_reused")

    async def test_concurrent_duplicates_make_one_job(self, client: httpx.AsyncClient, engine: Engine) -> None:
        requests = [client.post(JOBS, json=document(), headers={"Idempotency-Key": "k"}) for _ in range(20)]
        responses = await asyncio.gather(*requests)
        assert {response.status_code for response in responses} == {202}
        assert len({response.json()["id"] for response in responses}) == 1
        with reading(engine) as session:
            assert session.scalar(select(func.count()).select_from(JobRow)) == 1

    async def test_an_invalid_request_does_not_use_the_key(self, client: httpx.AsyncClient) -> None:
        headers = {"Idempotency-Key": "a"}
        assert (await client.post(JOBS, json={}, headers=headers)).status_code == 422
        assert (await client.post(JOBS, json=document(), headers=headers)).status_code == 202

    @pytest.mark.parametrize("seed", [2**70, 1e300])
    async def test_a_key_beside_a_huge_number(self, client: httpx.AsyncClient, seed: float) -> None:
        response = await client.post(JOBS, json=document(seed=seed), headers={"Idempotency-Key": "a"})
        assert [fault["pointer"] for fault in response.json()["errors"]] == ["/seed"]

    async def test_an_endless_key_is_refused(self, client: httpx.AsyncClient) -> None:
        response = await client.post(JOBS, json=document(), headers={"Idempotency-Key": "k" * 256})
        assert response.status_code == 422
        assert response.json()["errors"][0]["parameter"].lower() == "idempotency-key"


class TestGet:
    async def test_a_succeeded_job(self, client: httpx.AsyncClient, desk: Desk) -> None:
        job = (await client.get(f"{JOBS}/{desk.succeeded()}")).json()
        assert job["status"] == "succeeded"
        assert job["result"]["stop_reason"] == "completed"
        assert set(job["result"]["metrics"]) == {"train", "test"}
        assert job["progress"] == {"epoch": 40, "epochs": 40}
        assert job["finished_at"] > job["started_at"] > job["created_at"]
        assert job["created_at"].endswith("Z")

    async def test_a_failed_job(self, client: httpx.AsyncClient, desk: Desk) -> None:
        job = (await client.get(f"{JOBS}/{desk.failed()}")).json()
        assert (job["status"], job["error"]["type"], job["result"], job["model"]) == ("failed", "data", None, None)

    async def test_the_etag_changes_with_the_job(self, client: httpx.AsyncClient, desk: Desk) -> None:
        claim = desk.running()
        path = f"{JOBS}/{claim.job_id}"
        first = await client.get(path)
        etag = first.headers["etag"]
        same = await client.get(path, headers={"If-None-Match": f'"other", {etag}'})
        assert (same.status_code, same.headers["etag"], same.headers["vary"]) == (304, etag, "Accept")
        desk.succeed(claim)
        changed = await client.get(path, headers={"If-None-Match": etag})
        assert (changed.status_code, changed.json()["status"]) == (200, "succeeded")
        assert changed.headers["etag"] != etag

    async def test_the_etag_changes_with_the_place_in_the_queue(self, client: httpx.AsyncClient, desk: Desk) -> None:
        first, second = desk.queued(), desk.queued()
        before = await client.get(f"{JOBS}/{second}")
        await client.delete(f"{JOBS}/{first}")
        after = await client.get(f"{JOBS}/{second}", headers={"If-None-Match": before.headers["etag"]})
        assert (before.json()["queue_position"], after.json()["queue_position"]) == (2, 1)

    @pytest.mark.parametrize("job_id", ["job_01981d2b-7c2e-7b11-8f10-4f3a6f9d2c55", "nonsense", "job_%00", "job_%ff"])
    async def test_an_unknown_job_is_not_found(self, client: httpx.AsyncClient, job_id: str) -> None:
        response = await client.get(f"{JOBS}/{job_id}")
        assert response.status_code == 404
        assert response.json()["type"].endswith(":not_found")

    async def test_other_owners_jobs_do_not_exist(self, client: httpx.AsyncClient, desk: Desk) -> None:
        foreign = desk.queued("somebody else")
        assert (await client.get(f"{JOBS}/{foreign}")).status_code == 404
        assert (await client.delete(f"{JOBS}/{foreign}")).status_code == 404
        assert (await client.post(f"{JOBS}/{foreign}/cancel")).status_code == 404
        assert (await client.get(JOBS)).json()["data"] == []


class TestCancel:
    async def test_a_queued_job_is_cancelled_at_once(
        self, client: httpx.AsyncClient, desk: Desk, engine: Engine
    ) -> None:
        job_id = desk.queued()
        response = await client.post(f"{JOBS}/{job_id}/cancel")
        assert (response.status_code, response.json()["status"]) == (200, "cancelled")
        assert response.json()["finished_at"] is not None
        with writing(engine) as session:
            assert attempts.JOBS.claim(session, job_id, "agent", 3) is None

    async def test_a_running_job_is_cancelled_by_its_agent(
        self, client: httpx.AsyncClient, desk: Desk, engine: Engine
    ) -> None:
        claim = desk.running()

        def agent() -> None:
            while True:
                with writing(engine) as session:
                    try:
                        attempts.JOBS.look(session, claim)
                    except CancelRequested:
                        attempts.JOBS.cancel(session, claim)
                        return
                time.sleep(0.02)

        work = asyncio.create_task(asyncio.to_thread(agent))
        response = await client.post(f"{JOBS}/{claim.job_id}/cancel")
        await work
        assert (response.status_code, response.json()["status"]) == (200, "cancelled")

    async def test_a_job_whose_agent_is_slow_is_answered_as_it_is(self, client: httpx.AsyncClient, desk: Desk) -> None:
        claim = desk.running()
        response = await client.post(f"{JOBS}/{claim.job_id}/cancel")
        assert (response.status_code, response.json()["status"]) == (200, "running")

    async def test_an_ended_job_cannot_be_cancelled(self, client: httpx.AsyncClient, desk: Desk) -> None:
        for job_id in (desk.succeeded(), desk.failed(), desk.cancelled()):
            response = await client.post(f"{JOBS}/{job_id}/cancel")
            assert response.status_code == 409
            assert response.json()["type"].endswith(":job_already_ended")

    async def test_if_match_is_heeded(self, client: httpx.AsyncClient, desk: Desk) -> None:
        path = f"{JOBS}/{desk.queued()}"
        etag = (await client.get(path)).headers["etag"]
        refused = await client.post(f"{path}/cancel", headers={"If-Match": '"0"'})
        assert refused.status_code == 412
        assert (await client.post(f"{path}/cancel", headers={"If-Match": etag})).status_code == 200


class TestDelete:
    async def test_nothing_is_left(self, client: httpx.AsyncClient, desk: Desk, engine: Engine) -> None:
        headers = {"Idempotency-Key": "again"}
        first = (await client.post(JOBS, json=document(), headers=headers)).json()["id"]
        for job_id in (first, desk.succeeded(), desk.failed(), desk.cancelled()):
            assert (await client.delete(f"{JOBS}/{job_id}")).status_code == 204
            assert (await client.get(f"{JOBS}/{job_id}")).status_code == 404
        with reading(engine) as session:
            for table in (JobRow, EventRow, LabelRow, IdempotencyRow):
                assert session.scalar(select(func.count()).select_from(table)) == 0
        again = await client.post(JOBS, json=document(), headers=headers)
        assert again.json()["id"] != first

    async def test_a_running_job_stays(self, client: httpx.AsyncClient, desk: Desk) -> None:
        claim = desk.running()
        assert (await client.delete(f"{JOBS}/{claim.job_id}")).status_code == 409

    async def test_if_match_is_heeded(self, client: httpx.AsyncClient, desk: Desk) -> None:
        path = f"{JOBS}/{desk.failed()}"
        assert (await client.delete(path, headers={"If-Match": '"0"'})).status_code == 412
        assert (await client.delete(path, headers={"If-Match": "*"})).status_code == 204

    async def test_for_if_match_no_queue_is_counted(self, app: FastAPI, client: httpx.AsyncClient, desk: Desk) -> None:
        """Other writers wait meanwhile, and where the job stands among others is nothing that a client acts on."""
        before, path = desk.queued(), f"{JOBS}/{desk.queued()}"
        etag = (await client.get(path)).headers["etag"]
        assert (await client.delete(f"{JOBS}/{before}")).status_code == 204
        assert (await client.get(path)).headers["etag"] != etag
        with executed(app.state.engine) as statements:
            assert (await client.delete(path, headers={"If-Match": etag})).status_code == 204
        assert statements
        assert not [statement for statement in statements if "count(" in statement]


async def test_what_was_written_is_seen_at_once(client: httpx.AsyncClient) -> None:
    """The commit comes before the answer."""
    for _ in range(5):
        created = await client.post(JOBS, json=document())
        assert (await client.get(created.headers["location"])).status_code == 200
        assert (await client.delete(created.headers["location"])).status_code == 204
        assert (await client.get(created.headers["location"])).status_code == 404
