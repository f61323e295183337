"""A rubric is tried with specs of known worth."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, func, select

from service.database.grading import GradingJobRow
from service.database.job_states import JobStatus
from service.database.session import reading, writing
from service.database.tables import JobRow
from service.grading.calibrations import finish
from service.worker.attempts import JOBS
from tests.databases import KINDS
from tests.service.grading.submissions.school import (
    ASSIGNMENTS,
    advance,
    look,
    post,
    publish,
    school,
    spec,
    submitted,
    train,
    waiting,
)
from tests.service.jobs.desk import Desk

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("url", KINDS, indirect=True)]
GOOD: dict[str, Any] = {"name": "good", "expected": "pass", "spec": spec(5)}
BAD: dict[str, Any] = {"name": "bad", "expected": "fail", "spec": spec(6)}
TOO_LONG: dict[str, Any] = {"name": "too long", "expected": "fail", "spec": spec(5, epochs=100)}


async def calibrate(client: httpx.AsyncClient, assignment: dict[str, Any], *references: Any, **more: Any) -> Any:
    """A new calibration."""
    body = {"references": list(references), "seeds": 4, "pass_mark": 50, **more}
    response = await client.post(f"{assignment['links']['self']}/calibrations", json=body)
    assert response.status_code == 202, response.text
    assert response.headers["location"] == response.json()["links"]["self"]
    return response.json()


def judge(desk: Desk) -> None:
    """What an agent does at every beat."""
    advance(desk)
    finish.advance(desk.engine)


async def test_references_are_trained_and_judged(client: httpx.AsyncClient, desk: Desk) -> None:
    assignment = await post(client)
    made = await calibrate(client, assignment, GOOD, BAD, TOO_LONG)
    assert (made["status"], made["sound"], made["progress"]) == ("running", None, {"jobs": 0, "of": 8})
    assert [(each["name"], each["result"]) for each in made["references"]] == [
        ("good", None),
        ("bad", None),
        ("too long", None),
    ]
    [refused] = made["references"][2]["refused"]
    assert (refused["pointer"], made["references"][2]["as_expected"]) == ("/spec/training/epochs", True)
    train(desk, *[0.95] * 4, 0.5)
    judge(desk)
    seen = await look(client, made)
    assert (seen["status"], seen["sound"], seen["flaky"], seen["current"]) == ("succeeded", True, [], True)
    assert seen["progress"] == {"jobs": 8, "of": 8}
    good, bad, _ = (each["result"] for each in seen["references"])
    assert (good["passes"], good["seeds"], good["median"]) == (1.0, 4, 100.0)
    assert (bad["passes"], bad["high"]) == (0.0, 40.0)
    assert [check["grades"] for check in bad["checks"]] == [0.0, 1.0, 1.0]
    assert bad["checks"][0]["seeds"]["passed"] == 0
    assert bad["checks"][0]["seeds"]["high"] < 0.5
    listed = (await client.get(f"{assignment['links']['self']}/calibrations")).json()["data"]
    assert [(each["id"], each["sound"]) for each in listed] == [(made["id"], True)]


async def test_a_threshold_that_luck_decides_is_named(client: httpx.AsyncClient, desk: Desk) -> None:
    assignment = await post(client)
    made = await calibrate(client, assignment, GOOD, seeds=8)
    train(desk, *[0.95, 0.7] * 4)
    judge(desk)
    seen = await look(client, made)
    assert seen["sound"] is False
    assert [(flaky["name"], flaky["references"]) for flaky in seen["flaky"]] == [("metric", ["good"])]
    [reference] = seen["references"]
    assert 0.05 < reference["result"]["checks"][0]["grades"] < 0.95


async def test_its_seeds_are_no_submissions_and_the_same_each_time(
    client: httpx.AsyncClient, desk: Desk, engine: Engine
) -> None:
    assignment = await publish(client)
    await submitted(client, assignment)
    made = await calibrate(client, assignment, GOOD)
    assert len(waiting(desk.engine)) == 2 + 4
    train(desk, 0.95)
    judge(desk)
    again = await calibrate(client, assignment, GOOD)
    assert waiting(desk.engine) == []
    judge(desk)
    first, second = await look(client, made), await look(client, again)
    assert first["references"] == second["references"]
    with reading(engine) as session:
        seeds = session.scalar(select(func.count(GradingJobRow.seed.distinct())))
    assert seeds == 2 + 4


async def test_a_rubric_that_changed_makes_it_old(client: httpx.AsyncClient, desk: Desk) -> None:
    assignment = await post(client)
    made = await calibrate(client, assignment, GOOD)
    train(desk, 0.85)
    tag = (await client.get(assignment["links"]["self"])).headers["etag"]
    rubric = [{"type": "metric", "metric": "accuracy", "at_least": 0.99, "points": 60}]
    changed = await client.patch(assignment["links"]["self"], json={"rubric": rubric}, headers={"If-Match": tag})
    assert changed.status_code == 200
    judge(desk)
    seen = await look(client, made)
    assert (seen["current"], seen["references"][0]["result"]["median"]) == (False, 70.0)  # by the rules of then
    newer = await calibrate(client, assignment, GOOD)
    judge(desk)
    assert (await look(client, newer))["references"][0]["result"]["median"] == 0.0


async def test_what_cannot_be_trained_is_told_and_the_rest_is_judged(
    client: httpx.AsyncClient, desk: Desk, engine: Engine
) -> None:
    assignment = await post(client)
    made = await calibrate(client, assignment, GOOD, BAD, seeds=2)
    for _ in range(2):  # one more try
        for job_id in waiting(engine)[-1:]:
            with writing(engine) as session:
                JOBS.fail(session, desk.claim(job_id), {"type": "data", "title": "No data", "detail": "None."})
        if waiting(engine)[:-1] or len(waiting(engine)) == 3:
            train(desk, 0.95)
        advance(desk)
    while waiting(engine):
        with writing(engine) as session:
            failing = desk.claim(waiting(engine)[0])
            JOBS.fail(session, failing, {"type": "data", "title": "No data", "detail": "None."})
        advance(desk)
    judge(desk)
    seen = await look(client, made)
    good, bad = seen["references"]
    assert (seen["status"], seen["sound"]) == ("failed", None)
    assert good["as_expected"] is True
    assert (bad["error"]["type"], bad["result"], bad["as_expected"]) == ("not_trained", None, None)


async def test_cancelled_nothing_trains_any_more(client: httpx.AsyncClient, desk: Desk, engine: Engine) -> None:
    assignment = await post(client)
    made = await calibrate(client, assignment, GOOD)
    refused = await client.delete(assignment["links"]["self"])
    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (409, "in_use")
    response = await client.post(made["links"]["cancel"])
    assert (response.status_code, response.json()["status"]) == (200, "cancelled")
    assert waiting(engine) == []
    with reading(engine) as session:
        assert set(session.scalars(select(JobRow.status))) == {JobStatus.CANCELLED}
    judge(desk)
    assert (await look(client, made))["status"] == "cancelled"
    again = await client.post(made["links"]["cancel"])
    assert (again.status_code, again.json()["type"].endswith(":calibration_already_ended")) == (409, True)


async def test_the_etag_follows_what_can_be_seen(client: httpx.AsyncClient, desk: Desk) -> None:
    assignment = await post(client)
    path = (await calibrate(client, assignment, GOOD))["links"]["self"]
    tags = [(await client.get(path)).headers["etag"]]
    train(desk, 0.95)
    tags.append((await client.get(path)).headers["etag"])
    judge(desk)
    tags.append((await client.get(path)).headers["etag"])
    assert len(set(tags)) == 3
    assert (await client.get(path, headers={"If-None-Match": tags[-1]})).status_code == 304


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"references": []}, "/references"),
        ({"references": [GOOD, BAD | {"name": "good"}]}, "/references/1/name"),
        ({"references": [GOOD], "pass_mark": 101}, "/pass_mark"),
        ({"references": [GOOD], "seeds": 0}, "/seeds"),
        ({"references": [GOOD | {"expected": "refused"}]}, "/references/0/expected"),
        ({"references": [GOOD], "more": 1}, "/more"),
    ],
)
async def test_what_is_no_calibration_is_refused(client: httpx.AsyncClient, body: Any, pointer: str) -> None:
    assignment = await post(client)
    response = await client.post(f"{assignment['links']['self']}/calibrations", json=body)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


async def test_students_and_strangers_find_none(client: httpx.AsyncClient) -> None:
    keys = await school(client)
    assignment = await publish(client, keys.teacher)
    path = f"{assignment['links']['self']}/calibrations"
    made = await client.post(path, json={"references": [GOOD], "seeds": 2}, headers=keys.teacher)
    assert made.status_code == 202
    for by, status in ((keys.ana, 403), (keys.stranger, 404)):
        own = made.json()["links"]
        answers = [
            await client.post(path, json={"references": [GOOD]}, headers=by),
            await client.get(path, headers=by),
            await client.get(own["self"], headers=by),
            await client.post(own["cancel"], headers=by),
        ]
        assert {answer.status_code for answer in answers} == {status}
    for name in ("nonsense", "cal_01981d2b-7c2e-7b11-8f10-4f3a6f9d2c55"):
        assert (await client.get(f"{path}/{name}", headers=keys.teacher)).status_code == 404
    assert (await client.get(f"{ASSIGNMENTS}/nonsense/calibrations", headers=keys.teacher)).status_code == 404
