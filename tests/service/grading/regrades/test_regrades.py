"""Grading again: what changes, what does not, and what stands above it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from tests.databases import KINDS
from tests.service.grading.submissions.school import (
    ASSIGNMENT,
    ASSIGNMENTS,
    advance,
    grade,
    look,
    publish,
    school,
    spec,
    submitted,
    train,
    waiting,
)
from tests.service.jobs.desk import Desk

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("url", KINDS, indirect=True)]


async def regrade(client: httpx.AsyncClient, assignment: dict[str, Any], **body: Any) -> dict[str, Any]:
    """A new regrade."""
    response = await client.post(f"{assignment['links']['self']}/regrades", json=body)
    assert response.status_code == 202, response.text
    assert response.headers["location"] == response.json()["links"]["self"]
    made: dict[str, Any] = response.json()
    return made


async def class_of(client: httpx.AsyncClient, desk: Desk) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Three graded submissions: two that differ, and one that equals the first."""
    assignment = await publish(client)
    made = [
        await submitted(client, assignment, author="ana", spec=spec(5)),
        await submitted(client, assignment, author="leo", spec=spec(6)),
        await submitted(client, assignment, author="eva", spec=spec(5)),
    ]
    grade(desk, 0.95, 0.95, 0.85)
    return assignment, made


async def change(client: httpx.AsyncClient, assignment: dict[str, Any], **patch: Any) -> None:
    """Change the assignment."""
    path = assignment["links"]["self"]
    tag = (await client.get(path)).headers["etag"]
    response = await client.patch(path, json=patch, headers={"If-Match": tag})
    assert response.status_code == 200, response.text


async def test_by_the_same_rules_the_same_grades_come_out_and_nothing_is_trained(
    client: httpx.AsyncClient, desk: Desk
) -> None:
    assignment, made = await class_of(client, desk)
    before = [(await look(client, each))["grade"] for each in made]
    asked = await regrade(client, assignment)
    assert (asked["status"], asked["graded"], asked["of"]) == ("running", 0, 3)
    assert [each["difference"] for each in asked["submissions"]] == [None] * 3
    advance(desk)
    assert waiting(desk.engine) == []
    seen = await look(client, asked)
    assert (seen["status"], seen["graded"], seen["current"]) == ("ended", 3, True)
    assert seen["summary"]["changes"] == {"unchanged": 3}
    assert [each["author"] for each in seen["submissions"]] == ["ana", "leo", "eva"]
    assert [(await look(client, each))["grade"] for each in made] == before


async def test_where_the_trainings_are_gone_they_are_made_again(client: httpx.AsyncClient, desk: Desk) -> None:
    assignment, made = await class_of(client, desk)
    for each in made[:2]:
        for job in (await look(client, each))["jobs"]:
            assert (await client.delete(f"/api/v1/jobs/{job['job_id']}")).status_code == 204
    asked = await regrade(client, assignment)
    advance(desk)
    assert len(waiting(desk.engine)) == 4
    grade(desk, 0.95, 0.95, 0.85)
    assert (await look(client, asked))["summary"]["changes"] == {"unchanged": 3}


async def test_other_rules_change_grades_and_say_which(client: httpx.AsyncClient, desk: Desk) -> None:
    assignment, made = await class_of(client, desk)
    stricter = [ASSIGNMENT["rubric"][0] | {"full_at": 1.0}, *ASSIGNMENT["rubric"][1:]]
    await change(client, assignment, rubric=stricter)
    assert (await look(client, assignment))["regrade_needed"] is True
    assert (await look(client, made[0]))["score"] == 100  # until it is graded again
    asked = await regrade(client, assignment)
    advance(desk)
    seen = await look(client, asked)
    ana, leo, _ = (each["difference"] for each in seen["submissions"])
    assert (ana["before"], ana["after"], ana["change"]) == (100.0, 85.0, "lowered")
    assert [(check["check"], check["before"], check["after"]) for check in ana["checks"]] == [("metric", 60.0, 45.0)]
    assert (leo["before"], leo["after"]) == (70.0, 55.0)
    assert seen["summary"] == {
        "submissions": 3,
        "changes": {"lowered": 3},
        "overridden": 0,
        "greatest_gain": 0.0,
        "greatest_loss": 15.0,
    }
    assert (await look(client, made[0]))["score"] == 85
    assert (await look(client, assignment))["regrade_needed"] is False


async def test_an_override_wins(client: httpx.AsyncClient, desk: Desk) -> None:
    assignment, made = await class_of(client, desk)
    word = {"score": 12, "reason": "copied"}
    response = await client.put(f"{made[0]['links']['self']}/override", json=word)
    assert response.status_code == 200
    await change(client, assignment, rubric=ASSIGNMENT["rubric"][:2])
    asked = await regrade(client, assignment, submissions=[made[0]["id"]])
    advance(desk)
    seen = await look(client, asked)
    [one] = seen["submissions"]
    assert (one["difference"]["overridden"], one["difference"]["after"]) == (True, 80.0)
    assert seen["summary"]["overridden"] == 1
    assert (await look(client, made[0]))["score"] == 12
    assert (await look(client, made[1]))["score"] == 70  # nobody asked for it


async def test_hidden_data_that_changed_are_trained_on(client: httpx.AsyncClient, desk: Desk) -> None:
    assignment, _ = await class_of(client, desk)
    source = ASSIGNMENT["hidden_data"]["source"] | {"random_state": 5}
    await change(client, assignment, hidden_data={"source": source})
    asked = await regrade(client, assignment)
    advance(desk)
    assert len(waiting(desk.engine)) == 4
    train(desk, 0.85)
    advance(desk)
    seen = await look(client, asked)
    while seen["status"] == "running":
        grade(desk, 0.85)
        seen = await look(client, asked)
    assert seen["summary"]["changes"] == {"lowered": 2, "unchanged": 1}


async def test_a_submission_that_is_deleted_is_missing(client: httpx.AsyncClient, desk: Desk) -> None:
    assignment, made = await class_of(client, desk)
    asked = await regrade(client, assignment)
    advance(desk)
    path = asked["links"]["self"]
    tag = (await client.get(path)).headers["etag"]
    assert (await client.get(path, headers={"If-None-Match": tag})).status_code == 304
    assert (await client.delete(made[1]["links"]["self"])).status_code == 204
    response = await client.get(path)
    assert response.headers["etag"] != tag
    assert [each["status"] for each in response.json()["submissions"]] == ["graded", "missing", "graded"]
    listed = (await client.get(f"{assignment['links']['self']}/regrades")).json()["data"]
    assert [(each["id"], each["status"]) for each in listed] == [(asked["id"], "ended")]


async def test_the_etag_tells_overrides_apart(client: httpx.AsyncClient, desk: Desk) -> None:
    assignment, made = await class_of(client, desk)
    asked = await regrade(client, assignment)
    advance(desk)
    tags = []
    for number in (0, 1):
        override = f"{made[number]['links']['self']}/override"
        assert (await client.put(override, json={"score": 12, "reason": "x"})).status_code == 200
        tags.append((await client.get(asked["links"]["self"])).headers["etag"])
        assert (await client.delete(override)).status_code == 200
    tags.append((await client.get(asked["links"]["self"])).headers["etag"])
    await change(client, assignment, formula="metric")
    tags.append((await client.get(asked["links"]["self"])).headers["etag"])
    assert len(set(tags)) == 4


async def test_what_has_no_grade_cannot_be_graded_again(client: httpx.AsyncClient, desk: Desk, engine: Engine) -> None:
    assignment = await publish(client)
    path = f"{assignment['links']['self']}/regrades"
    nothing = await client.post(path)
    assert (nothing.status_code, nothing.json()["type"].endswith(":nothing_to_regrade")) == (409, True)
    made = await submitted(client, assignment)
    assert waiting(engine)
    response = await client.post(path, json={"submissions": [made["id"]]})
    assert [error["pointer"] for error in response.json()["errors"]] == ["/submissions/0"]


async def test_students_and_strangers_may_not(client: httpx.AsyncClient, desk: Desk) -> None:
    keys = await school(client)
    assignment = await publish(client, keys.teacher)
    await submitted(client, assignment, keys.ana)
    grade(desk, 0.95)
    path = f"{assignment['links']['self']}/regrades"
    made = await client.post(path, headers=keys.teacher)
    assert made.status_code == 202
    for by, status in ((keys.ana, 403), (keys.stranger, 404)):
        answers = [
            await client.post(path, headers=by),
            await client.get(path, headers=by),
            await client.get(made.json()["links"]["self"], headers=by),
        ]
        assert {answer.status_code for answer in answers} == {status}
    for name in ("nonsense", "rgr_01981d2b-7c2e-7b11-8f10-4f3a6f9d2c55"):
        assert (await client.get(f"{path}/{name}", headers=keys.teacher)).status_code == 404
    assert (await client.get(f"{ASSIGNMENTS}/nonsense/regrades", headers=keys.teacher)).status_code == 404
