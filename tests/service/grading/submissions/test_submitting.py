"""Who may submit, when, what, and how often."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from anyio.to_thread import run_sync
from sqlalchemy import Engine, func, select, update

from service.database.grading import GradingRow, SubmissionRow
from service.database.session import reading
from service.database.tables import JobRow
from tests.databases import KINDS, unguarded
from tests.service.grading.submissions.school import (
    advance,
    grade,
    look,
    post,
    publish,
    school,
    spec,
    submit,
    submitted,
    train,
    waiting,
)
from tests.service.jobs.desk import Desk
from tests.service.worker.agents import until

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("url", KINDS, indirect=True)]


def count(engine: Engine) -> tuple[int, int, int]:
    """How many submissions, gradings and jobs there are."""
    with reading(engine) as session:
        counts = [
            session.scalar(select(func.count()).select_from(rows)) for rows in (SubmissionRow, GradingRow, JobRow)
        ]
    return counts[0] or 0, counts[1] or 0, counts[2] or 0


def moment(hours: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


def age(engine: Engine, submission: dict[str, Any], hours: float) -> None:
    """Let a submission have come earlier."""
    then = datetime.now(UTC) - timedelta(hours=hours)
    with unguarded(engine) as session:
        session.execute(update(SubmissionRow).where(SubmissionRow.id == submission["id"]).values(created_at=then))


async def test_what_does_not_keep_the_constraints_costs_no_try(client: httpx.AsyncClient, engine: Engine) -> None:
    assignment = await publish(client, quota={"submissions_per_day": 1})
    refused: list[tuple[dict[str, Any], str]] = [
        (spec(epochs=61), "/spec/training/epochs"),
        (spec(epochs=0), "/spec/training/epochs"),
        (spec() | {"data": {"source": "iris"}}, "/spec"),
        ({}, "/spec/architecture"),
    ]
    for document, pointer in refused:
        response = await submit(client, assignment, spec=document)
        assert response.status_code == 422
        assert response.json()["errors"][0]["pointer"].startswith(pointer), response.text
    wrong: Any
    for wrong in (None, [], "x", 1):
        assert (await submit(client, assignment, spec=wrong)).status_code == 422
    for wrong in ([], {}, 10**400, 1e31, "x" * 2001):
        assert (await submit(client, assignment, answers={"layer": wrong})).status_code == 422
    for wrong in ("", " ", "x" * 201, 1):
        assert (await submit(client, assignment, author=wrong)).status_code == 422
    assert (await client.post(assignment["links"]["submissions"], json={"author": "ana"})).status_code == 422
    assert count(engine) == (0, 0, 0)
    assert (await submit(client, assignment)).status_code == 202


async def test_the_author(client: httpx.AsyncClient) -> None:
    by = await school(client)
    assignment = await publish(client, by.teacher)
    nobody = await submit(client, assignment, by.teacher)
    assert (nobody.status_code, nobody.json()["errors"][0]["pointer"]) == (422, "/author")
    other = await submit(client, assignment, by.ana, author="leo")
    assert (other.status_code, other.json()["errors"][0]["pointer"]) == (422, "/author")
    assert (await submitted(client, assignment, by.ana))["author"] == "ana"
    assert (await submit(client, assignment, by.ana, author="ana")).status_code == 200
    assert (await submitted(client, assignment, by.teacher, author=" leo "))["author"] == "leo"
    assert (await submit(client, assignment, by.leo)).status_code == 200  # the teacher has sent it for him
    assert (await submit(client, assignment, by.stranger, author="x")).status_code == 404


async def test_the_calendar_binds_students(client: httpx.AsyncClient) -> None:
    by = await school(client)
    early = await publish(client, by.teacher, opens_at=moment(1))
    refused = await submit(client, early, by.ana)
    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (409, "assignment_not_open")
    assert (await submit(client, early, by.teacher, author="ana")).status_code == 202
    closed = await publish(client, by.teacher, due_at=moment(-1), late={"type": "cut_off"})
    refused = await submit(client, closed, by.ana)
    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (409, "assignment_closed")
    assert (await submit(client, closed, by.teacher, author="ana")).status_code == 202
    hidden = await post(client, by.teacher)
    tried = await submitted(client, hidden, by.teacher, author="ana")  # to see whether it works
    assert (await client.get(tried["links"]["self"], headers=by.ana)).status_code == 404


async def test_who_is_late_pays(client: httpx.AsyncClient, desk: Desk) -> None:
    deduct = {"type": "deduct", "per_day": 0.1}
    assignment = await publish(client, due_at=moment(-30), late=deduct)
    made = await submitted(client, assignment)
    grade(desk, 0.95)
    seen = await look(client, made)
    assert (seen["score"], seen["grade"]["raw_score"], seen["grade"]["late"]["late"]) == (80, 100, True)


async def test_so_many_a_day(client: httpx.AsyncClient, desk: Desk, engine: Engine) -> None:
    assignment = await publish(client, quota={"submissions_per_day": 2, "concurrent": 5})
    first = await submitted(client, assignment, spec=spec(3))
    await submitted(client, assignment, spec=spec(4))
    refused = await submit(client, assignment, spec=spec(5))
    assert refused.status_code == 429
    assert 86_000 < int(refused.headers["retry-after"]) <= 86_400
    assert refused.headers["ratelimit"].startswith('"submissions_per_day";r=0;')
    assert (await submit(client, assignment, spec=spec(4))).status_code == 200  # a repetition
    assert (await submit(client, assignment, author="leo", spec=spec(5))).status_code == 202
    age(engine, first, 23)
    assert int((await submit(client, assignment, spec=spec(5))).headers["retry-after"]) <= 3600
    age(engine, first, 25)
    assert (await submit(client, assignment, spec=spec(5))).status_code == 202


async def test_so_many_at_a_time(client: httpx.AsyncClient, desk: Desk) -> None:
    assignment = await publish(client, quota={"concurrent": 1})
    first = await submitted(client, assignment, spec=spec(3))
    refused = await submit(client, assignment, spec=spec(4))
    assert (refused.status_code, refused.headers["ratelimit"].split(";")[0]) == (429, '"concurrent"')
    assert (await client.post(first["links"]["cancel"])).status_code == 200
    await submitted(client, assignment, spec=spec(4))
    grade(desk, 0.9)
    await submitted(client, assignment, spec=spec(5))


async def test_what_was_cancelled_costs_no_try(client: httpx.AsyncClient, desk: Desk) -> None:
    assignment = await publish(client, quota={"submissions_per_day": 1})
    for _ in range(3):
        made = await submitted(client, assignment)
        cancelled = await client.post(made["links"]["cancel"])
        assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
        assert waiting(desk.engine) == []
        assert (await client.post(made["links"]["cancel"])).status_code == 409
    made = await submitted(client, assignment)
    grade(desk, 0.9)
    assert (await client.post(made["links"]["cancel"])).status_code == 409
    assert (await submit(client, assignment, spec=spec(4))).status_code == 429


async def test_cancelling_leaves_others_their_trainings(client: httpx.AsyncClient, desk: Desk) -> None:
    assignment = await publish(client)
    ana = await submitted(client, assignment)
    leo = await submitted(client, assignment, author="leo")
    await client.post(ana["links"]["cancel"])
    assert len(waiting(desk.engine)) == 2
    await client.post(leo["links"]["cancel"])
    assert waiting(desk.engine) == []


async def test_an_idempotency_key(client: httpx.AsyncClient, engine: Engine) -> None:
    assignment = await publish(client)
    path, headers = assignment["links"]["submissions"], {"Idempotency-Key": "one"}
    body = {"author": "ana", "spec": spec(), "answers": {"layer": "dense"}}
    first = await client.post(path, json=body, headers=headers)
    again = await client.post(path, json=body, headers=headers)
    other = await client.post(path, json=body | {"author": "leo"}, headers=headers)
    assert [response.status_code for response in (first, again, other)] == [202, 200, 422]
    assert first.json()["id"] == again.json()["id"]
    assert other.json()["type"].endswith("idempotency_key_reused")
    assert count(engine)[0] == 1


async def test_other_answers_are_another_submission(client: httpx.AsyncClient, desk: Desk) -> None:
    assignment = await publish(client)
    first = await submitted(client, assignment, answers={"layer": "dense"})
    second = await submitted(client, assignment, answers={"layer": "dense_1"})
    assert first["id"] != second["id"]
    assert len(waiting(desk.engine)) == 2  # but no other training
    assert (await submit(client, assignment, spec=spec() | {"seed": 7}, answers={"layer": "dense"})).status_code == 200


async def test_waiting_for_the_grade(client: httpx.AsyncClient, desk: Desk) -> None:
    assignment = await publish(client)
    await submitted(client, assignment)
    grade(desk, 0.95)
    body = {"author": "ana", "spec": spec()}
    response = await client.post(assignment["links"]["submissions"], json=body, headers={"Prefer": "wait=20"})
    assert (response.status_code, response.json()["score"]) == (200, 100)
    assert response.headers["preference-applied"] == "wait=20"
    body["spec"] = spec(4)
    response = await client.post(assignment["links"]["submissions"], json=body, headers={"Prefer": "wait=0"})
    assert (response.status_code, response.json()["status"]) == (200, "grading")


async def test_who_waits_hears_of_the_grade(client: httpx.AsyncClient, desk: Desk) -> None:
    assignment = await publish(client)
    body = {"author": "ana", "spec": spec()}
    request = client.post(assignment["links"]["submissions"], json=body, headers={"Prefer": "wait=30"})
    task = asyncio.create_task(request)
    await run_sync(until, lambda: waiting(desk.engine))
    await run_sync(grade, desk, 0.95)
    response = await task
    assert (response.status_code, response.json()["status"], response.json()["score"]) == (200, "graded", 100)


async def test_where_there_is_no_room_it_waits(client: httpx.AsyncClient, desk: Desk, engine: Engine) -> None:
    assignment = await publish(client, seeds={"count": 30}, quota={"concurrent": 5})
    first = await submitted(client, assignment, spec=spec(3))
    second = await submitted(client, assignment, spec=spec(4))  # 50 may wait
    assert (first["status"], second["status"]) == ("grading", "queued")
    assert len(waiting(engine)) == 30
    advance(desk, room=50)
    assert (await look(client, second))["status"] == "queued"
    train(desk, 0.95)
    advance(desk, room=50)
    assert ((await look(client, first))["status"], (await look(client, second))["status"]) == ("graded", "grading")
    assert len(waiting(engine)) == 30


async def test_lists(client: httpx.AsyncClient, desk: Desk) -> None:
    by = await school(client)
    assignment = await publish(client, by.teacher)
    path = assignment["links"]["submissions"]
    one = await submitted(client, assignment, by.ana, spec=spec(3))
    two = await submitted(client, assignment, by.leo, spec=spec(3))
    grade(desk, 0.95)
    three = await submitted(client, assignment, by.ana, spec=spec(4))

    async def ids(headers: Any, query: str = "") -> list[str]:
        response = await client.get(path + query, headers=headers)
        assert response.status_code == 200, response.text
        return [entry["id"] for entry in response.json()["data"]]

    assert await ids(by.teacher) == [three["id"], two["id"], one["id"]]
    assert await ids(by.teacher, "?author=leo") == [two["id"]]
    assert await ids(by.teacher, "?status=grading&status=queued") == [three["id"]]
    assert await ids(by.ana) == [three["id"], one["id"]]
    assert await ids(by.ana, "?author=leo") == []
    assert await ids(by.leo, "?limit=1") == [two["id"]]
    first = (await client.get(f"{path}?limit=2", headers=by.teacher)).json()
    assert await ids(by.teacher, f"?limit=2&cursor={first['next_cursor']}") == [one["id"]]
    assert (await client.get(path, headers=by.stranger)).status_code == 404
    assert (await client.get(one["links"]["self"], headers=by.leo)).status_code == 404
    assert (await client.get(one["links"]["self"], headers=by.stranger)).status_code == 404
    for method in ("POST", "DELETE"):
        target = one["links"]["cancel"] if method == "POST" else one["links"]["self"]
        assert (await client.request(method, target, headers=by.leo)).status_code in {403, 404}


async def test_a_teacher_deletes_what_has_ended(client: httpx.AsyncClient, desk: Desk, engine: Engine) -> None:
    assignment = await publish(client)
    ana = await submitted(client, assignment)
    assert (await client.delete(ana["links"]["self"])).status_code == 409
    leo = await submitted(client, assignment, author="leo")
    own = await submitted(client, assignment, author="leo", spec=spec(4))
    grade(desk, 0.95)
    assert count(engine) == (3, 3, 4)
    for made, left in ((ana, (2, 2, 4)), (own, (1, 1, 2)), (leo, (0, 0, 0))):
        assert (await client.delete(made["links"]["self"])).status_code == 204
        assert count(engine) == left
    assert (await client.get(leo["links"]["self"])).status_code == 404
