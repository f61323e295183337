"""From a submission to its grade."""

from __future__ import annotations

import httpx
import pytest

from tests.databases import KINDS
from tests.service.grading.submissions.school import advance, grade, look, publish, submit, submitted, train, waiting
from tests.service.jobs.desk import Desk

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("url", KINDS, indirect=True)]


async def test_a_submission_is_trained_and_marked(client: httpx.AsyncClient, desk: Desk) -> None:
    assignment = await publish(client)
    response = await submit(client, assignment)
    made = response.json()
    assert response.status_code == 202
    assert response.headers["location"] == made["links"]["self"]
    assert (made["status"], made["author"], made["grade"]) == ("grading", "ana", None)
    assert len(waiting(desk.engine)) == 2
    advance(desk)
    assert (await look(client, made))["status"] == "grading"
    train(desk, 0.95)
    advance(desk)
    seen = await look(client, made)
    assert (seen["status"], seen["score"], seen["max_score"]) == ("graded", 100, 100)
    assert [check["points"] for check in seen["grade"]["checks"]] == [60, 20, 20]
    assert seen["grade"]["seeds"] == [job["seed"] for job in sorted(seen["jobs"], key=lambda job: job["job_id"])]
    assert {job["status"] for job in seen["jobs"]} == {"succeeded"}
    assert not seen["regrade_needed"]


async def test_the_same_again_costs_nothing(client: httpx.AsyncClient, desk: Desk) -> None:
    assignment = await publish(client)
    made = await submitted(client, assignment)
    for _ in range(5):
        again = await submit(client, assignment)
        assert (again.status_code, again.json()["id"]) == (200, made["id"])
    grade(desk, 0.95)
    again = await submit(client, assignment)
    assert (again.status_code, again.json()["score"]) == (200, 100)


async def test_an_equal_spec_is_not_trained_again(client: httpx.AsyncClient, desk: Desk) -> None:
    assignment = await publish(client)
    first = await submitted(client, assignment)
    second = await submitted(client, assignment, author="leo")  # while the first one's still wait
    assert len(waiting(desk.engine)) == 2
    grade(desk, 0.95)
    third = await submitted(client, assignment, author="eva")
    assert third["status"] == "graded"
    grades = [(await look(client, made))["grade"] for made in (first, second, third)]
    assert grades[0] == grades[1] == grades[2]
