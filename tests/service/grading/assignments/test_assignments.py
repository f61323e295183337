"""Setting assignments, changing and publishing them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.databases import KINDS
from tests.service.grading.submissions.school import (
    ASSIGNMENT,
    ASSIGNMENTS,
    HIDDEN_STATE,
    advance,
    grade,
    look,
    post,
    publish,
    school,
    spec,
    submit,
    submitted,
)
from tests.service.jobs.desk import Desk

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("url", KINDS, indirect=True)]


async def change(client: httpx.AsyncClient, assignment: dict[str, Any], **patch: Any) -> httpx.Response:
    """The answer to a change of the assignment as it is now."""
    tag = (await client.get(assignment["links"]["self"])).headers["etag"]
    headers = {"If-Match": tag, "Content-Type": "application/merge-patch+json"}
    return await client.patch(assignment["links"]["self"], json=patch, headers=headers)


async def test_an_assignment_is_stored_as_it_was_meant(client: httpx.AsyncClient) -> None:
    response = await client.post(ASSIGNMENTS, json=ASSIGNMENT)
    made = response.json()
    assert response.status_code == 201
    assert response.headers["location"] == made["links"]["self"]
    assert (made["title"], made["published_at"], made["max_score"]) == ("Rings", None, 100)
    assert made["hidden_data"]["source"]["random_state"] == HIDDEN_STATE
    assert [check["type"] for check in made["rubric"]] == ["metric", "parameter_budget", "no_finding"]
    seen = await client.get(made["links"]["self"])
    assert (seen.json(), seen.headers["etag"]) == (made, response.headers["etag"])
    held = await client.get(made["links"]["self"], headers={"If-None-Match": seen.headers["etag"]})
    assert held.status_code == 304


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"title": ""}, "/title"),
        ({"rubric": []}, "/rubric"),
        ({"rubric": [{"type": "luck", "points": 1}]}, "/rubric/0/type"),
        ({"colour": "red"}, "/colour"),
        ({"constraints": {"allowed_layers": ["transformer"]}}, "/constraints/allowed_layers/0"),
        ({"formula": "accuracy + "}, "/formula"),
        ({"hidden_data": {"source": "iris"}}, "/hidden_data"),
        ({"seeds": {"count": 0}}, "/seeds/count"),
    ],
)
async def test_what_nobody_could_be_graded_by_is_refused(
    client: httpx.AsyncClient, change: dict[str, Any], pointer: str
) -> None:
    response = await client.post(ASSIGNMENTS, json=ASSIGNMENT | change)
    assert response.status_code == 422
    assert pointer in [error["pointer"] for error in response.json()["errors"]], response.text


async def test_a_change_names_the_state_that_it_changes(client: httpx.AsyncClient) -> None:
    made = await post(client)
    path = made["links"]["self"]
    tag = (await client.get(path)).headers["etag"]
    assert (await client.patch(path, json={"title": "Circles"})).status_code == 428
    changed = await client.patch(path, json={"title": "Circles"}, headers={"If-Match": tag})
    assert (changed.status_code, changed.json()["title"]) == (200, "Circles")
    assert changed.headers["etag"] != tag
    assert (await client.patch(path, json={"title": "Discs"}, headers={"If-Match": tag})).status_code == 412
    assert (await client.delete(path, headers={"If-Match": tag})).status_code == 412
    assert (await look(client, made))["title"] == "Circles"


async def test_the_etag_tells_readers_and_states_apart(client: httpx.AsyncClient, desk: Desk) -> None:
    by = await school(client)
    made = await publish(client, by.teacher)
    path = made["links"]["self"]
    await submitted(client, made, by.ana)
    grade(desk, 0.95)
    own, before = [(await client.get(path, headers=headers)).headers["etag"] for headers in (by.ana, by.teacher)]
    assert own != before
    patch = {"rubric": [{"type": "never_diverges", "points": 1}]}
    changed = await client.patch(path, json=patch, headers={**by.teacher, "If-Match": before})
    tag = changed.headers["etag"]
    assert changed.json()["regrade_needed"]
    await client.post(f"{path}/regrades", headers=by.teacher)
    advance(desk)
    after = await client.get(path, headers={**by.teacher, "If-None-Match": tag})
    assert (after.status_code, after.json()["regrade_needed"]) == (200, False)
    assert after.headers["etag"] != tag
    patched = await client.patch(path, json={"title": "Discs"}, headers={**by.teacher, "If-Match": tag})
    assert patched.status_code == 200  # what a regrade has done hinders no change


async def test_a_change_is_a_merge(client: httpx.AsyncClient) -> None:
    made = await post(client, baseline=spec())
    changed = (await change(client, made, quota={"submissions_per_day": None}, late={"type": "cut_off"})).json()
    assert changed["quota"] == {"submissions_per_day": None, "concurrent": 2}
    assert changed["late"] == {"type": "cut_off"}
    assert (await change(client, made, late=None)).json()["late"] is None
    wrong = await change(client, made, rubric=[{"type": "metric"}])
    assert wrong.status_code == 422
    assert (await change(client, made, title=None)).json()["errors"][0]["pointer"] == "/title"
    other = {"source": {"type": "moons", "factor": None}}
    moved = await change(client, made, data=other, hidden_data=None)
    assert moved.status_code == 200, moved.text  # and the baseline with it
    assert moved.json()["baseline"]["data"] == moved.json()["data"]


async def test_other_rules_ask_for_a_regrade(client: httpx.AsyncClient, desk: Desk) -> None:
    made = await publish(client)
    stricter = [{**check, "points": 10} for check in ASSIGNMENT["rubric"]]
    assert (await change(client, made, rubric=stricter)).json()["regrade_needed"] is False  # nobody has been graded
    submission = await submitted(client, made)
    grade(desk, 0.95)
    for harmless in (
        {"title": "Circles"},
        {"quota": {"concurrent": 5}},
        {"rubric": [{**check, "visibility": "hidden"} for check in stricter]},
    ):
        assert (await change(client, made, **harmless)).json()["regrade_needed"] is False, harmless
    for deciding in (
        {"rubric": ASSIGNMENT["rubric"]},
        {"hidden_data": None},
        {"seeds": {"count": 3}},
        {"due_at": "2030-01-01T00:00:00Z"},
    ):
        assert (await change(client, made, **deciding)).json()["regrade_needed"] is True, deciding
    seen = await look(client, submission)
    assert (seen["regrade_needed"], seen["max_score"]) == (True, 30)  # the grade stays as it was given


async def test_students_see_what_is_published(client: httpx.AsyncClient) -> None:
    by = await school(client)
    made = await post(client, by.teacher)
    path = made["links"]["self"]
    assert (await client.get(path, headers=by.ana)).status_code == 404
    assert (await client.get(ASSIGNMENTS, headers=by.ana)).json()["data"] == []
    assert (await submit(client, made, by.ana)).status_code == 404
    await client.post(f"{path}/publish", headers=by.teacher)
    seen = await look(client, made, by.ana)
    assert [entry["id"] for entry in (await client.get(ASSIGNMENTS, headers=by.ana)).json()["data"]] == [made["id"]]
    assert not {"hidden_data", "seeds", "baseline", "formula", "regrade_needed"} & set(seen)
    assert [check["type"] for check in seen["rubric"]] == ["metric", "parameter_budget"]
    assert (seen["max_score"], seen["quota"]["submissions_per_day"]) == (80, 3)
    assert (await client.get(path, headers=by.stranger)).status_code == 404
    assert (await client.get(ASSIGNMENTS, headers=by.stranger)).json()["data"] == []


async def test_students_change_nothing(client: httpx.AsyncClient) -> None:
    by = await school(client)
    made = await publish(client, by.teacher)
    path = made["links"]["self"]
    refused = [
        await client.post(ASSIGNMENTS, json=ASSIGNMENT, headers=by.ana),
        await client.patch(path, json={"title": "x"}, headers={**by.ana, "If-Match": "*"}),
        await client.delete(path, headers=by.ana),
        await client.post(f"{path}/publish", headers=by.ana),
    ]
    assert [response.status_code for response in refused] == [403] * 4
    assert (await look(client, made, by.teacher))["title"] == "Rings"


async def test_publishing_again_changes_nothing(client: httpx.AsyncClient) -> None:
    made = await post(client)
    path = f"{made['links']['self']}/publish"
    first = (await client.post(path)).json()
    assert first["published_at"] is not None
    assert first["grades_published_at"] is None
    assert (await client.post(path)).json() == first
    second = (await client.post(path, json={"grades": True})).json()
    assert second["published_at"] == first["published_at"]
    assert second["grades_published_at"] is not None


async def test_only_what_nobody_has_worked_for_is_deleted(client: httpx.AsyncClient, desk: Desk) -> None:
    made = await publish(client)
    submission = await submitted(client, made)
    path = made["links"]["self"]
    refused = await client.delete(path)
    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (409, "in_use")
    grade(desk, 0.9)
    assert (await client.delete(submission["links"]["self"])).status_code == 204
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404


async def test_lists_have_pages(client: httpx.AsyncClient) -> None:
    made = [(await post(client, title=str(number)))["id"] for number in range(3)]
    first = (await client.get(f"{ASSIGNMENTS}?limit=2")).json()
    rest = (await client.get(f"{ASSIGNMENTS}?limit=2&cursor={first['next_cursor']}")).json()
    assert [entry["id"] for entry in first["data"] + rest["data"]] == made[::-1]
    assert (first["has_more"], rest["has_more"]) == (True, False)
