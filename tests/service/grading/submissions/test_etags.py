"""The ETag of a submission changes with what its reader sees, and a change is conditional on the submission alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from service.database.grading import AssignmentRow
from service.database.session import writing
from tests.databases import KINDS
from tests.service.grading.submissions.school import (
    advance,
    grade,
    publish,
    school,
    submitted,
    train,
    waiting,
)
from tests.service.jobs.desk import Desk

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("url", KINDS, indirect=True)]
RUBRIC = [
    {"type": "metric", "metric": "accuracy", "split": "test", "at_least": 0.8, "points": 60},
    {"type": "never_diverges", "points": 20, "visibility": "after_published"},
    {"type": "parameter_budget", "at_most": 200, "points": 20, "visibility": "after_due"},
]
LATER, BEFORE = "2100-01-01T00:00:00Z", "2020-01-01T00:00:00Z"


async def tag_of(client: httpx.AsyncClient, thing: Mapping[str, Any], by: Mapping[str, str]) -> str:
    """The ETag of a thing as it is now; a client that holds it is told nothing twice."""
    path = thing["links"]["self"]
    tag = (await client.get(path, headers=by)).headers["etag"]
    held = await client.get(path, headers={**by, "If-None-Match": tag})
    assert (held.status_code, held.headers["etag"], held.content) == (304, tag, b"")
    return str(tag)


def pass_due_date(desk: Desk, assignment: Mapping[str, Any]) -> None:
    """Let the due date lie in the past, as the clock does: nobody writes a new revision."""
    with writing(desk.engine) as session:
        row = session.get_one(AssignmentRow, assignment["id"])
        row.content = {**row.content, "due_at": BEFORE}


async def test_a_students_tag_changes_with_what_is_shown(client: httpx.AsyncClient, desk: Desk) -> None:
    by = await school(client)
    assignment = await publish(client, by.teacher, rubric=RUBRIC, due_at=LATER)
    made = await submitted(client, assignment, by.ana)
    grade(desk, 0.95)
    tags = [await tag_of(client, made, by.ana)]
    pass_due_date(desk, assignment)
    tags.append(await tag_of(client, made, by.ana))
    published = await client.post(f"{assignment['links']['self']}/publish", json={"grades": True}, headers=by.teacher)
    assert published.status_code == 200
    tags.append(await tag_of(client, made, by.ana))
    body = {"score": 7, "reason": "Agreed."}
    path = f"{made['links']['self']}/override"
    assert (await client.put(path, json=body, headers=by.teacher)).status_code == 200
    tags.append(await tag_of(client, made, by.ana))
    assert len(set(tags)) == 4


async def test_a_teachers_tag_changes_with_the_jobs_and_the_rules(client: httpx.AsyncClient, desk: Desk) -> None:
    by = await school(client)
    assignment = await publish(client, by.teacher)
    made = await submitted(client, assignment, by.ana)
    tags = [await tag_of(client, made, by.teacher)]
    first, _ = waiting(desk.engine)
    scores: dict[str, float | None] = {"loss": 0.1, "accuracy": 0.95}
    desk.succeed(desk.claim(first), metrics={"train": scores, "test": scores})
    tags.append(await tag_of(client, made, by.teacher))
    grade(desk, 0.95)
    tags.append(await tag_of(client, made, by.teacher))
    patch = {"rubric": [{"type": "never_diverges", "points": 1}]}
    headers = {**by.teacher, "If-Match": "*"}
    assert (await client.patch(assignment["links"]["self"], json=patch, headers=headers)).status_code == 200
    tags.append(await tag_of(client, made, by.teacher))
    assert (await client.delete(f"/api/v1/jobs/{first}", headers=by.teacher)).status_code == 204
    tags.append(await tag_of(client, made, by.teacher))
    assert len(set(tags)) == 5


async def test_equal_tags_mean_equal_documents(client: httpx.AsyncClient, desk: Desk) -> None:
    by = await school(client)
    assignment = await publish(client, by.teacher, rubric=RUBRIC, due_at=LATER)
    made = await submitted(client, assignment, by.ana)
    path = assignment["links"]["self"]
    seen: dict[str, bytes] = {}

    async def look() -> None:
        for headers in (by.ana, by.teacher):
            response = await client.get(made["links"]["self"], headers=headers)
            assert seen.setdefault(response.headers["etag"], response.content) == response.content

    async def change(**patch: Any) -> None:
        assert (await client.patch(path, json=patch, headers={**by.teacher, "If-Match": "*"})).status_code == 200
        await look()

    await look()
    train(desk, 0.7, 0.95)  # the interval holds the floor: two more seeds
    await look()
    advance(desk)
    await look()
    grade(desk, 0.95)
    await look()
    await change(title="Discs")
    pass_due_date(desk, assignment)
    await look()
    await change(rubric=[{**check, "visibility": "visible"} for check in RUBRIC])
    await client.put(f"{made['links']['self']}/override", json={"score": 1, "reason": "x"}, headers=by.teacher)
    await look()
    await client.delete(f"{made['links']['self']}/override", headers=by.teacher)
    await look()
    await change(rubric=RUBRIC[:1])
    await client.post(f"{path}/regrades", headers=by.teacher)
    await look()
    grade(desk, 0.95)
    advance(desk)
    await look()
    assert len(seen) > 12


async def test_what_moves_by_itself_hinders_no_change(client: httpx.AsyncClient, desk: Desk) -> None:
    by = await school(client)
    assignment = await publish(client, by.teacher, due_at=LATER)
    made = await submitted(client, assignment, by.ana)
    own = await tag_of(client, made, by.ana)
    teachers = await tag_of(client, made, by.teacher)
    assert own != teachers
    train(desk, 0.95)
    pass_due_date(desk, assignment)
    assert await tag_of(client, made, by.teacher) != teachers
    assert await tag_of(client, made, by.ana) != own
    cancel = made["links"]["cancel"]
    assert (await client.post(cancel, headers={**by.ana, "If-Match": '"0"'})).status_code == 412
    assert (await client.post(cancel, headers={**by.ana, "If-Match": own})).status_code == 200
    assert (await client.delete(made["links"]["self"], headers={**by.teacher, "If-Match": teachers})).status_code == 412
    fresh = {**by.teacher, "If-Match": await tag_of(client, made, by.teacher)}
    assert (await client.delete(made["links"]["self"], headers=fresh)).status_code == 204


async def test_a_change_loses_no_other_one(client: httpx.AsyncClient, desk: Desk) -> None:
    by = await school(client)
    made = await submitted(client, await publish(client, by.teacher), by.ana)
    before = {**by.teacher, "If-Match": await tag_of(client, made, by.teacher)}
    grade(desk, 0.95)
    path, body = f"{made['links']['self']}/override", {"score": 1, "reason": "x"}
    assert (await client.put(path, json=body, headers=before)).status_code == 412
    graded = {**by.teacher, "If-Match": await tag_of(client, made, by.teacher)}
    assert (await client.put(path, json=body, headers=graded)).status_code == 200
    for method in ("PUT", "DELETE"):
        response = await client.request(method, path, json=body if method == "PUT" else None, headers=graded)
        assert response.status_code == 412
    fresh = {**by.teacher, "If-Match": await tag_of(client, made, by.teacher)}
    assert (await client.delete(path, headers=fresh)).status_code == 200
