"""A teacher's word on a grade."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.databases import KINDS
from tests.service.grading.submissions.school import ASSIGNMENT, grade, look, publish, school, submitted
from tests.service.jobs.desk import Desk

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("url", KINDS, indirect=True)]
REPORT = {"type": "manual", "name": "report", "criterion": "It explains the cure.", "points": 10}


async def put(client: httpx.AsyncClient, submission: dict[str, Any], **body: Any) -> httpx.Response:
    return await client.put(f"{submission['links']['self']}/override", json=body)


async def graded(client: httpx.AsyncClient, desk: Desk, accuracy: float = 0.95, **changes: Any) -> dict[str, Any]:
    made = await submitted(client, await publish(client, **changes))
    grade(desk, accuracy)
    return await look(client, made)


async def test_points_by_hand(client: httpx.AsyncClient, desk: Desk) -> None:
    made = await graded(client, desk, rubric=[*ASSIGNMENT["rubric"], REPORT])
    assert (made["status"], made["score"], made["grade"]["incomplete"]) == ("graded", 100, True)
    seen = (await put(client, made, checks={"report": 8}, reason="Clear.")).json()
    assert (seen["score"], seen["grade"]["incomplete"], seen["max_score"]) == (108, False, 110)
    assert seen["grade"]["checks"][-1] | {"points": 8, "score": 0.8, "passed": True} == seen["grade"]["checks"][-1]
    assert seen["override"]["reason"] == "Clear."
    assert seen["marked"] == made["grade"]
    taken = await client.delete(f"{made['links']['self']}/override")
    assert (taken.json()["grade"], taken.json()["override"]) == (made["grade"], None)


async def test_other_points_go_through_the_formula(client: httpx.AsyncClient, desk: Desk) -> None:
    made = await graded(client, desk, formula="0.5 * metric + 0.5 * math.least(metric, parameter_budget)")
    assert made["score"] == 100
    seen = (await put(client, made, checks={"metric": 30}, reason="Half.")).json()
    assert seen["score"] == 50


async def test_a_score_stands_for_itself(client: httpx.AsyncClient, desk: Desk) -> None:
    made = await graded(client, desk, 0.1)
    seen = (await put(client, made, score=77.5, reason="Agreed.")).json()
    assert (seen["score"], seen["marked"]["score"]) == (77.5, made["score"])
    assert (await look(client, made)) == seen


async def test_what_is_refused(client: httpx.AsyncClient, desk: Desk) -> None:
    made = await submitted(client, await publish(client))
    assert (await put(client, made, score=1, reason="x")).status_code == 409
    grade(desk, 0.95)
    for body, pointer in (
        ({"score": 1}, "/reason"),
        ({"reason": "x"}, ""),
        ({"checks": {"luck": 1}, "reason": "x"}, "/checks/luck"),
        ({"checks": {"metric": 61}, "reason": "x"}, "/checks/metric"),
        ({"checks": {"metric": -1}, "reason": "x"}, "/checks/metric"),
        ({"score": "1", "reason": "x"}, "/score"),
    ):
        response = await put(client, made, **body)
        assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, pointer), response.text
    stale = {"If-Match": '"stale"'}
    path = f"{made['links']['self']}/override"
    assert (await client.put(path, json={"score": 1, "reason": "x"}, headers=stale)).status_code == 412
    assert (await client.delete(path)).status_code == 200  # nothing to take back


async def test_students_read_it_and_write_none(client: httpx.AsyncClient, desk: Desk) -> None:
    by = await school(client)
    made = await submitted(client, await publish(client, by.teacher), by.ana)
    grade(desk, 0.95)
    path = f"{made['links']['self']}/override"
    body = {"checks": {"metric": 30, "no_finding": 1}, "reason": "Half."}
    assert (await client.put(path, json=body, headers=by.ana)).status_code == 403
    assert (await client.put(path, json=body, headers=by.stranger)).status_code == 404
    assert (await client.put(path, json=body, headers=by.teacher)).json()["score"] == 51
    seen = await look(client, made, by.ana)
    assert (seen["score"], seen["max_score"]) == (50, 80)  # the third check is hidden
    assert (seen["override"]["checks"], seen["override"]["reason"]) == ({"metric": 30}, "Half.")
    assert "marked" not in seen
    await client.put(path, json={"score": 12, "reason": "x"}, headers=by.teacher)
    assert (await look(client, made, by.ana))["score"] == 12
    assert (await client.delete(path, headers=by.leo)).status_code == 403
