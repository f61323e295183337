"""Trials while their jobs end one way or another, round by round."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, update

from models.diagnoses.finding import Diagnosis
from models.diagnoses.thresholds import VERSION
from service.database.session import writing
from service.database.tables import TrialRow
from service.worker import attempts
from tests.databases import KINDS
from tests.service.experiments.trials.client import (
    JOBS,
    SICK,
    SLOWER,
    TRIALS,
    WELL,
    advance,
    end,
    end_all,
    finding,
    look,
    make,
    own,
    sick,
)
from tests.service.jobs.desk import Desk

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("url", KINDS, indirect=True)]
DULL = Diagnosis(version=VERSION, verdict="no_learning", findings=[finding("no_learning")])
OWN = [{"code": "slower", "patch": SLOWER}]


def shares(arm: dict[str, Any]) -> dict[str, Any]:
    return {name: arm[name] for name in ("pairs", "better", "symptom_gone", "metric_better", "verdict", "reason")}


async def test_a_cure_is_confirmed_and_reduced(client: httpx.AsyncClient, desk: Desk) -> None:
    trial = await make(client, sick(desk), advice=["relu_he"], patches=OWN, seeds=3)
    end_all(desk, own(trial["base"]), 0.5, SICK)
    advance(desk)  # nothing is due
    relu, slower = trial["patches"]
    end_all(desk, own(relu), 0.8, WELL)
    seen = await look(client, trial)
    assert seen["status"] == "running"
    relu, slower = seen["patches"]
    assert (relu["verdict"], slower["verdict"]) == ("confirmed", None)
    assert [symptom["code"] for symptom in relu["symptoms"]] == ["vanishing_gradients", "no_learning"]
    assert [(symptom["base"], symptom["gone"]) for symptom in relu["symptoms"]] == [(3, 3)] * 2
    assert relu["gain"] == pytest.approx(0.301)
    assert relu["difference"]["sign_test"] == {"positive": 3, "negative": 0, "ties": 0, "p_value": 0.25}
    assert relu["difference"]["interval"]["low"] == pytest.approx(0.3)
    assert relu["minimal_patch"] is None
    end_all(desk, own(slower), 0.502, DULL)
    end_all(desk, own(trial["controls"]["no_op"]), 0.5, SICK)
    end_all(desk, own(trial["controls"]["random"]), 0.4, SICK)
    seen = await look(client, trial)
    relu, slower = seen["patches"]
    assert shares(slower) == {
        "pairs": 3,
        "better": 3,
        "symptom_gone": False,
        "metric_better": False,
        "verdict": "refuted",
        "reason": "symptom_remains",
    }
    assert (relu["beats_random"], seen["controls"]["random"]["verdict"]) == (True, "refuted")
    assert seen["controls"]["no_op"]["difference"]["median"] == pytest.approx(0.001)
    assert (seen["status"], relu["ablations"]) == ("running", [])  # all jobs have ended, and a round follows

    advance(desk)
    advance(desk)
    seen = await look(client, trial)
    relu, _ = seen["patches"]
    alone, start = relu["ablations"]
    assert (alone["changes"], start["changes"]) == (["initializer"], ["activation"])
    assert (seen["status"], alone["verdict"]) == ("running", None)
    assert len(own(alone)) == 3
    end_all(desk, own(alone), 0.5, SICK)
    end_all(desk, own(start), 0.85, WELL)
    advance(desk)
    seen = await look(client, trial)
    relu, slower = seen["patches"]
    assert seen["status"] == "succeeded"
    assert [arm["verdict"] for arm in relu["ablations"]] == ["refuted", "confirmed"]
    assert relu["minimal_patch"]["changes"] == ["activation"]
    assert [operation["path"] for operation in relu["minimal_patch"]["patch"]] == ["/architecture/layers/0/activation"]
    assert slower["minimal_patch"] is None
    assert seen["progress"]["jobs"] == seen["progress"]["of"] == 21


async def test_two_that_ask_at_once_begin_one_round(client: httpx.AsyncClient, desk: Desk) -> None:
    import threading

    trial = await make(client, sick(desk), advice=["relu_he"], seeds=2)
    arms = [*trial["controls"].values(), trial["base"]]
    for arm in arms:
        end_all(desk, own(arm), 0.5, SICK)
    end_all(desk, own(trial["patches"][0]), 0.8, WELL)
    threads = [threading.Thread(target=advance, args=(desk,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len((await look(client, trial))["patches"][0]["ablations"]) == 2


async def test_how_jobs_end_counts(client: httpx.AsyncClient, desk: Desk, engine: Engine) -> None:
    trial = await make(client, sick(desk), patches=OWN, seeds=5)
    base, [slower] = trial["base"], trial["patches"]
    end_all(desk, own(base), 0.5, SICK)
    diverged, failed, cancelled, gone, well = slower["jobs"]
    end(desk, diverged, None, SICK, "diverged")
    claim = desk.claim(failed)
    with writing(engine) as session:
        attempts.JOBS.fail(session, claim, {"type": "data", "title": "No data", "detail": "There are none."})
    assert (await client.post(f"{JOBS}/{cancelled}/cancel")).status_code == 200
    assert (await client.delete(f"{JOBS}/{gone}")).status_code == 204
    end(desk, well, 0.9, WELL)
    [slower] = (await look(client, trial))["patches"]
    assert slower["statuses"] == ["succeeded", "failed", "cancelled", "missing", "succeeded"]
    assert slower["stop_reasons"] == {"diverged": 1, "failed": 1, "completed": 1}
    assert slower["metric"]["values"] == [None, None, None, None, 0.9]
    assert (slower["pairs"], slower["verdict"], slower["reason"]) == (3, None, "too_few_pairs")
    for arm in trial["controls"].values():
        end_all(desk, own(arm), 0.5, SICK)
    advance(desk)
    assert (await look(client, trial))["status"] == "succeeded"


async def test_costs_are_told(client: httpx.AsyncClient, desk: Desk) -> None:
    trial = await make(client, sick(desk), advice=["more_epochs"], seeds=2)
    end_all(desk, own(trial["base"]), 0.5, SICK)
    end_all(desk, own(trial["patches"][0]), 0.5, SICK)
    seen = await look(client, trial)
    base, [longer] = seen["base"], seen["patches"]
    assert base["cost"]["steps"] == 40 * 5
    assert base["cost"]["seconds"] > 0
    assert base["cost"]["parameters"] == 81
    assert longer["extra_cost"]["parameters"] == 0
    assert (longer["symptoms"][0]["severity"], longer["verdict"]) == ("warning", "refuted")


async def test_a_trial_outlives_its_job_and_its_process(client: httpx.AsyncClient, desk: Desk, engine: Engine) -> None:
    job_id = sick(desk)
    trial = await make(client, job_id, advice=["relu_he"], seeds=2)
    for arm in (trial["base"], *trial["controls"].values()):
        end_all(desk, own(arm), 0.5, SICK)
    end_all(desk, own(trial["patches"][0]), 0.8, WELL)
    assert (await client.delete(f"{JOBS}/{job_id}")).status_code == 204
    seen = await look(client, trial)
    assert seen["base"]["statuses"] == ["missing", "succeeded"]
    assert (seen["patches"][0]["verdict"], seen["patches"][0]["reason"]) == (None, "too_few_pairs")
    advance(desk)
    assert (await look(client, trial))["status"] == "succeeded"
    engine.dispose()
    assert (await look(client, trial))["id"] == trial["id"]


async def test_the_etag_changes_with_the_jobs_and_the_rounds(client: httpx.AsyncClient, desk: Desk) -> None:
    trial = await make(client, sick(desk), patches=OWN, seeds=2)
    path = trial["links"]["self"]
    tags = [(await client.get(path)).headers["etag"]]
    for arm in (trial["base"], *trial["patches"], *trial["controls"].values()):
        end_all(desk, own(arm), 0.5, SICK)
    tags.append((await client.get(path)).headers["etag"])
    advance(desk)
    tags.append((await client.get(path)).headers["etag"])
    assert len(set(tags)) == 3
    same = await client.get(path, headers={"If-None-Match": tags[-1]})
    assert (same.status_code, same.headers["etag"]) == (304, tags[-1])


async def test_other_and_unknown_trials_do_not_exist(client: httpx.AsyncClient, desk: Desk, engine: Engine) -> None:
    trial = await make(client, sick(desk), patches=OWN, seeds=2)
    with writing(engine) as session:
        session.execute(update(TrialRow).values(owner="somebody else"))
    for name in (trial["id"], "trl_01981d2b-7c2e-7b11-8f10-4f3a6f9d2c55", "nonsense", "trl_%00", "trl_%ff"):
        for response in (await client.get(f"{TRIALS}/{name}"), await client.post(f"{TRIALS}/{name}/cancel")):
            assert (response.status_code, response.json()["type"].endswith(":not_found")) == (404, True)
    assert (await client.get(TRIALS)).json()["data"] == []


class TestCancel:
    async def test_what_waits_is_cancelled_at_once(self, client: httpx.AsyncClient, desk: Desk) -> None:
        other = desk.queued()
        trial = await make(client, sick(desk, seed=4), patches=OWN, seeds=2)
        end_all(desk, own(trial["base"]), 0.5, SICK)
        stale = await client.post(trial["links"]["cancel"], headers={"If-Match": '"0"'})
        assert stale.status_code == 412
        seen = (await client.get(trial["links"]["self"])).headers["etag"]
        response = await client.post(trial["links"]["cancel"], headers={"If-Match": seen})
        assert (response.status_code, response.json()["status"]) == (200, "cancelled")
        assert response.json()["base"]["statuses"] == ["succeeded", "succeeded"]
        assert response.json()["patches"][0]["statuses"] == ["cancelled", "cancelled"]
        assert response.json()["patches"][0]["verdict"] is None
        assert (await client.get(f"{JOBS}/{other}")).json()["status"] == "queued"
        advance(desk)
        again = await client.post(trial["links"]["cancel"])
        assert (again.status_code, again.json()["type"].endswith(":trial_already_ended")) == (409, True)

    async def test_between_two_rounds_no_round_follows(self, client: httpx.AsyncClient, desk: Desk) -> None:
        trial = await make(client, sick(desk), advice=["relu_he"], seeds=2)
        for arm in (trial["base"], *trial["controls"].values()):
            end_all(desk, own(arm), 0.5, SICK)
        end_all(desk, own(trial["patches"][0]), 0.8, WELL)
        assert (await client.post(trial["links"]["cancel"])).status_code == 200
        advance(desk)
        seen = await look(client, trial)
        assert (seen["status"], seen["patches"][0]["ablations"]) == ("cancelled", [])
        assert seen["patches"][0]["verdict"] == "confirmed"
