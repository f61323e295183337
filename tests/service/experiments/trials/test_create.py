"""Asking for trials."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from sqlalchemy import Engine, func, select

from models.specs.canonical import canonical
from models.specs.check import parse
from service.database.session import reading
from service.database.tables import JobRow, TrialRow
from service.queue import workflows
from tests.databases import KINDS
from tests.service.experiments.trials.client import JOBS, SLOWER, TRIALS, WELL, advance, end, look, make, own, sick
from tests.service.jobs.desk import Desk
from tests.service.jobs.specs import document

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("url", KINDS, indirect=True)]
HE = {"type": "he_uniform", "seed": None}


def stored(engine: Engine) -> tuple[int, int]:
    """How many trials and jobs there are."""
    with reading(engine) as session:
        counts = [session.scalar(select(func.count()).select_from(table)) or 0 for table in (TrialRow, JobRow)]
    return counts[0], counts[1]


async def test_the_advice_becomes_arms_and_the_arms_jobs(client: httpx.AsyncClient, desk: Desk, engine: Engine) -> None:
    job_id = sick(desk)
    response = await client.post(f"{JOBS}/{job_id}/trials")
    trial = response.json()
    assert response.status_code == 202
    assert response.headers["location"] == f"{TRIALS}/{trial['id']}" == trial["links"]["self"]
    assert int(response.headers["retry-after"]) >= 1
    assert (trial["status"], trial["job_id"]) == ("queued", job_id)
    assert (trial["seeds"], trial["control_seeds"]) == ([1, 2, 3, 4, 5], [6, 7, 8, 9, 10])
    assert trial["metric"] == {"split": "test", "name": "accuracy", "higher": True}
    relu, selu, longer = trial["patches"]
    assert [patch["code"] for patch in (relu, selu, longer)] == ["relu_he", "selu_lecun", "more_epochs"]
    assert [patch["changes"] for patch in (relu, selu, longer)] == [["activation", "initializer"]] * 2 + [["epochs"]]
    assert [patch["same_steps"] for patch in (relu, selu, longer)] == [True, True, False]
    assert {patch["verdict"] for patch in (relu, selu, longer)} == {None}
    base, no_op, random = trial["base"], trial["controls"]["no_op"], trial["controls"]["random"]
    assert base["reused"] == base["jobs"][:1] == [job_id]
    listed = {job["id"]: job for job in (await client.get(f"{JOBS}?limit=100")).json()["data"]}
    arms = [base, relu, selu, longer, no_op, random]
    assert len({job for arm in arms for job in arm["jobs"]}) == len(listed) == 30
    assert trial["progress"] == {"jobs": 1, "of": 30}
    for arm in arms:
        seeds = trial["control_seeds"] if arm is no_op else trial["seeds"]
        specs = [listed[job]["spec"] for job in arm["jobs"]]
        assert specs == [specs[0] | {"seed": seed} for seed in seeds]
        labels = [listed[job]["labels"] for job in own(arm)]
        assert labels == [{"trial": trial["id"], "arm": arm["code"]}] * len(own(arm))
    plain = canonical(parse(document()))
    assert listed[no_op["jobs"][0]]["spec"] == plain | {"seed": 6}
    changed = listed[relu["jobs"][0]]["spec"]
    hidden = changed["architecture"]["layers"][0]
    assert (hidden["activation"]["type"], hidden["kernel_initializer"]) == ("relu", HE)
    assert changed["training"] == plain["training"]
    assert listed[longer["jobs"][0]]["spec"]["training"]["epochs"] == 80
    assert listed[relu["jobs"][1]]["name"] == "small: relu_he"
    assert (await client.get(response.headers["location"])).json() == trial
    with reading(engine) as session:
        assert workflows.unserved(session) == {}  # the workflows came with the same commit


async def test_what_was_trained_before_is_not_trained_again(client: httpx.AsyncClient, desk: Desk) -> None:
    job_id = sick(desk)
    again = desk.queued(seed=2)
    end(desk, again, 0.5, WELL)
    old = desk.queued(seed=3)
    desk.succeed(desk.claim(old))  # other rules have judged it
    first = await make(client, job_id, advice=["relu_he"], seeds=3)
    assert first["base"]["reused"] == [job_id, again]
    assert old not in first["base"]["jobs"]
    for job in own(first["patches"][0]):
        end(desk, job, 0.9, WELL)
    second = await make(client, job_id, advice=["relu_he"], seeds=3)
    assert second["patches"][0]["reused"] == second["patches"][0]["jobs"] == first["patches"][0]["jobs"]
    assert second["controls"]["random"]["patch"] == first["controls"]["random"]["patch"]
    assert (second["id"] > first["id"], second["status"]) == (True, "queued")


async def test_advice_is_chosen(client: httpx.AsyncClient, desk: Desk) -> None:
    trial = await make(client, sick(desk), advice=["selu_lecun"], seeds=2)
    assert [patch["code"] for patch in trial["patches"]] == ["selu_lecun"]
    assert len(trial["patches"][0]["jobs"]) == 2


async def test_patches_of_one_s_own(client: httpx.AsyncClient, desk: Desk) -> None:
    patches = [{"code": "slower", "patch": [{"op": "test", "path": "/seed", "value": 1}, *SLOWER]}]
    job_id = sick(desk)
    alone = await make(client, job_id, patches=patches)
    assert [(patch["code"], patch["changes"]) for patch in alone["patches"]] == [("slower", ["learning_rate"])]
    assert alone["patches"][0]["patch"] == patches[0]["patch"]
    both = await make(client, job_id, patches=patches, advice=["relu_he"])
    assert [patch["code"] for patch in both["patches"]] == ["relu_he", "slower"]


async def test_what_does_not_pass_the_gate_is_not_trained(
    client: httpx.AsyncClient, desk: Desk, engine: Engine
) -> None:
    wrong = [{"op": "replace", "path": "/architecture/layers/1/activation", "value": "softmax"}]
    job_id = sick(desk)
    trial = await make(client, job_id, patches=[{"code": "wrong", "patch": wrong}])
    [patch] = trial["patches"]
    assert patch["gate"] == {"findings": ["output_contract"], "errors": []}
    assert (patch["verdict"], patch["reason"], patch["jobs"]) == ("refuted", "gate", [])
    assert (trial["status"], trial["progress"]) == ("succeeded", {"jobs": 0, "of": 0})
    assert trial["controls"] == {"no_op": None, "random": None}
    assert stored(engine) == (1, 1)
    with_more = await make(client, job_id, patches=[{"code": "wrong", "patch": wrong}], advice=["relu_he"], seeds=2)
    assert [len(patch["jobs"]) for patch in with_more["patches"]] == [2, 0]


class TestIdempotency:
    async def test_the_same_request_is_the_same_trial(
        self, client: httpx.AsyncClient, desk: Desk, engine: Engine
    ) -> None:
        job_id, headers = sick(desk), {"Idempotency-Key": "a"}
        bodies = [{"advice": ["relu_he"], "seeds": 2}, {"seeds": 2.0, "advice": ["relu_he"]}]
        path = f"{JOBS}/{job_id}/trials"
        responses = await asyncio.gather(*(client.post(path, json=body, headers=headers) for body in bodies * 2))
        assert {response.status_code for response in responses} == {202}
        assert len({response.json()["id"] for response in responses}) == 1
        assert stored(engine)[0] == 1
        other = await client.post(path, json={"seeds": 2}, headers=headers)
        assert (other.status_code, other.json()["type"].endswith(":idempotency_key_reused")) == (422, True)
        elsewhere = await client.post(f"{JOBS}/{sick(desk, seed=9)}/trials", json=bodies[0], headers=headers)
        assert elsewhere.status_code == 422


async def test_trials_are_listed(client: httpx.AsyncClient, desk: Desk) -> None:
    one, other = sick(desk), sick(desk, seed=50)
    made = [await make(client, job_id, advice=["relu_he"], seeds=2) for job_id in (one, other, one)]
    newest = (await client.get(TRIALS, params={"limit": 2})).json()
    assert [trial["id"] for trial in newest["data"]] == [made[2]["id"], made[1]["id"]]
    rest = (await client.get(TRIALS, params={"cursor": newest["next_cursor"]})).json()
    assert ([trial["id"] for trial in rest["data"]], rest["has_more"]) == ([made[0]["id"]], False)
    own_ones = (await client.get(TRIALS, params={"job_id": other})).json()["data"]
    full = await look(client, made[1])
    assert own_ones == [{key: full[key] for key in own_ones[0]}]
    advance(desk)
    assert (await client.get(TRIALS, params={"cursor": "%00"})).status_code == 422
