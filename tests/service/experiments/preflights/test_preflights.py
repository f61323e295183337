"""Asking for preflights, and looking at them."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, func, select

from models.diagnoses.preflight import report
from models.specs.canonical import canonical, spec_hash
from models.specs.check import parse
from service.database.session import reading, writing
from service.database.tables import PreflightRow
from service.experiments.preflights import operations
from service.queue import workflows
from service.queue.limits import QueueLimits
from service.worker import attempts
from service.worker.attempts import Claim
from tests.databases import KINDS
from tests.models.diagnoses.starts import Starts
from tests.service.jobs.specs import document
from tests.service.worker.agents import until

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("url", KINDS, indirect=True)]
PREFLIGHTS = "/api/v1/preflights"
AT_ONCE = {"Prefer": "wait=0"}
RESULT = report(parse(document()), Starts(document()).measured()).model_dump(mode="json")


class Bench:
    """Does what agents do to the rows of preflights."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def claim(self, preflight_id: str) -> Claim:
        with writing(self.engine) as session:
            claim = attempts.PREFLIGHTS.claim(session, preflight_id, "agent_test", 3)
        assert claim is not None
        return claim

    def succeed(self, preflight_id: str) -> None:
        claim = self.claim(preflight_id)
        with writing(self.engine) as session:
            attempts.PREFLIGHTS.succeed(session, claim, RESULT)

    def fail(self, preflight_id: str) -> None:
        claim = self.claim(preflight_id)
        with writing(self.engine) as session:
            attempts.PREFLIGHTS.fail(session, claim, {"type": "data", "title": "No data", "detail": "There are none."})

    def waiting(self) -> list[str]:
        with reading(self.engine) as session:
            return list(session.scalars(select(PreflightRow.id).where(PreflightRow.status == "queued")))


@pytest.fixture
def bench(engine: Engine) -> Bench:
    return Bench(engine)


async def ask(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    """A preflight that is not waited for."""
    made: dict[str, Any] = (await client.post(PREFLIGHTS, json=document(**changes), headers=AT_ONCE)).json()
    return made


async def test_what_is_not_ready_is_promised(client: httpx.AsyncClient, engine: Engine) -> None:
    response = await client.post(PREFLIGHTS, json=document(), headers=AT_ONCE)
    made = response.json()
    assert response.status_code == 202
    assert response.headers["location"] == f"{PREFLIGHTS}/{made['id']}" == made["links"]["self"]
    assert response.headers["preference-applied"] == "wait=0"
    assert int(response.headers["retry-after"]) >= 1
    assert (made["status"], made["attempt"], made["verdict"], made["result"]) == ("queued", 0, None, None)
    assert made["spec"] == canonical(parse(document()))
    assert made["spec_hash"] == spec_hash(parse(document()))
    assert (await client.get(response.headers["location"])).json() == made
    with reading(engine) as session:
        assert workflows.unserved(session) == {}  # its workflow came with the same commit


async def test_it_answers_as_soon_as_it_is_ready(client: httpx.AsyncClient, bench: Bench) -> None:
    def agent() -> None:
        until(bench.waiting)
        bench.succeed(bench.waiting()[0])

    work = asyncio.create_task(asyncio.to_thread(agent))
    response = await client.post(PREFLIGHTS, json=document(), headers={"Prefer": "wait=20"})
    await work
    assert response.status_code == 200
    assert "retry-after" not in response.headers
    answer = response.json()
    assert (answer["status"], answer["verdict"], answer["result"]) == ("succeeded", RESULT["verdict"], RESULT)


async def test_an_equal_spec_is_answered_from_what_is_stored(client: httpx.AsyncClient, bench: Bench) -> None:
    made = await ask(client, name="one")
    joined = await ask(client, name="another name decides nothing", labels={})
    assert joined["id"] == made["id"]
    bench.succeed(made["id"])
    response = await client.post(PREFLIGHTS, json=document())
    assert (response.status_code, response.json()["id"]) == (200, made["id"])
    assert (await ask(client, seed=2))["id"] != made["id"]
    with writing(bench.engine) as session:
        session.get_one(PreflightRow, made["id"]).rules = "1999.1"
    assert (await ask(client))["id"] != made["id"]  # other rules may say something else


async def test_the_test_on_a_single_batch_is_another_request(client: httpx.AsyncClient, bench: Bench) -> None:
    without = await ask(client)
    bench.succeed(without["id"])
    asked = [
        (await client.post(PREFLIGHTS, json=document(), params={"single_batch": True}, headers=AT_ONCE)).json()
        for _ in range(2)
    ]
    assert asked[0]["id"] == asked[1]["id"] != without["id"]
    assert (without["single_batch"], asked[0]["single_batch"]) == (False, True)
    assert bench.claim(asked[0]["id"]).single_batch
    assert (await ask(client))["id"] == without["id"]
    listed = (await client.get(PREFLIGHTS)).json()["data"]
    assert [one["single_batch"] for one in listed] == [True, False]


async def test_a_wish_that_is_no_truth_value_is_refused(client: httpx.AsyncClient, bench: Bench) -> None:
    response = await client.post(PREFLIGHTS, json=document(), params={"single_batch": "perhaps"})
    assert response.status_code == 422
    assert response.json()["errors"][0]["parameter"] == "single_batch"
    assert bench.waiting() == []


async def test_equal_requests_at_once_are_one(client: httpx.AsyncClient, engine: Engine) -> None:
    answers = await asyncio.gather(*(ask(client) for _ in range(6)))
    assert len({answer["id"] for answer in answers}) == 1
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(PreflightRow)) == 1


async def test_one_that_failed_says_why_and_is_made_anew(client: httpx.AsyncClient, bench: Bench) -> None:
    made = await ask(client)
    bench.fail(made["id"])
    seen = (await client.get(made["links"]["self"])).json()
    assert (seen["status"], seen["error"]["type"], seen["result"]) == ("failed", "data", None)
    assert (await ask(client))["id"] != made["id"]


async def test_what_cannot_train_is_pointed_at(client: httpx.AsyncClient, bench: Bench) -> None:
    response = await client.post(PREFLIGHTS, json=document(seed=-1))
    assert response.status_code == 422
    assert [fault["pointer"] for fault in response.json()["errors"]] == ["/seed"]
    assert bench.waiting() == []


@pytest.mark.parametrize("name", ["pre_01981d2b-7c2e-7b11-8f10-4f3a6f9d2c55", "pre_%00", "job_1"])
async def test_there_is_none(client: httpx.AsyncClient, name: str) -> None:
    assert (await client.get(f"{PREFLIGHTS}/{name}")).status_code == 404


async def test_other_owners_preflights_do_not_exist(client: httpx.AsyncClient, engine: Engine) -> None:
    with writing(engine) as session:
        theirs = operations.request(session, "somebody else", parse(document()), QueueLimits(10)).id
    assert (await client.get(f"{PREFLIGHTS}/{theirs}")).status_code == 404
    assert (await client.get(PREFLIGHTS)).json()["data"] == []
    assert (await ask(client))["id"] != theirs


async def test_the_list_shows_them_without_their_numbers(client: httpx.AsyncClient, bench: Bench) -> None:
    ids = [(await ask(client, seed=seed))["id"] for seed in range(3)]
    bench.succeed(ids[0])
    first = (await client.get(PREFLIGHTS, params={"limit": 2})).json()
    second = (await client.get(PREFLIGHTS, params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [one["id"] for one in (*first["data"], *second["data"])] == ids[::-1]
    assert (first["has_more"], second["has_more"]) == (True, False)
    assert second["data"][0]["verdict"] == RESULT["verdict"]
    assert "result" not in second["data"][0]


async def test_it_is_sent_again_only_when_it_changed(client: httpx.AsyncClient, bench: Bench) -> None:
    made = await ask(client)
    path = made["links"]["self"]
    etag = (await client.get(path)).headers["etag"]
    assert (await client.get(path, headers={"If-None-Match": etag})).status_code == 304
    bench.claim(made["id"])
    assert (await client.get(path, headers={"If-None-Match": etag})).json()["status"] == "running"


async def test_a_full_queue_takes_no_more(client: httpx.AsyncClient, engine: Engine) -> None:
    with writing(engine) as session:
        for seed in range(50):
            operations.request(session, "local", parse(document(seed=seed)), QueueLimits(50))
    response = await client.post(PREFLIGHTS, json=document(seed=50), headers=AT_ONCE)
    assert (response.status_code, response.json()["type"].rpartition(":")[2]) == (503, "queue_full")
    assert (await ask(client, seed=3))["status"] == "queued"  # an equal one waits already
