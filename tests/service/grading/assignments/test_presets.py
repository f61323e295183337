"""Assignments that are ready to be posted, posted."""

from __future__ import annotations

import httpx
import pytest

from service.grading.rubric.presets import presets
from tests.service.grading.submissions.school import ASSIGNMENTS, school

pytestmark = pytest.mark.anyio
PRESETS = "/api/v1/assignment-presets"


@pytest.mark.parametrize("name", list(presets()))
async def test_a_preset_can_be_posted_as_it_is_and_so_can_its_references(client: httpx.AsyncClient, name: str) -> None:
    preset = (await client.get(f"{PRESETS}/{name}")).json()
    made = await client.post(ASSIGNMENTS, json=preset["assignment"])
    assert made.status_code == 201, made.text
    await client.post(f"{made.json()['links']['self']}/publish")
    for number, reference in enumerate(preset["references"]):
        body = {"author": f"s{number}", "spec": reference["spec"]}
        response = await client.post(made.json()["links"]["submissions"], json=body)
        assert response.status_code == (422 if reference["expected"] == "refused" else 202), response.text


async def test_all_are_listed_and_an_unknown_one_is_not_found(client: httpx.AsyncClient) -> None:
    listed = (await client.get(PRESETS)).json()
    assert [preset["id"] for preset in listed["data"]] == list(presets())
    assert (await client.get(f"{PRESETS}/nonsense")).status_code == 404


async def test_the_hidden_data_can_be_drawn_anew(client: httpx.AsyncClient) -> None:
    path = f"{PRESETS}/deep-tanh"
    known = (await client.get(path)).json()["assignment"]
    other = (await client.get(path, params={"hidden_state": 77})).json()["assignment"]
    assert other["hidden_data"]["source"]["random_state"] == 77
    other["hidden_data"]["source"]["random_state"] = known["hidden_data"]["source"]["random_state"]
    assert other == known


async def test_they_tell_hidden_data_so_that_students_do_not_see_them(client: httpx.AsyncClient) -> None:
    keys = await school(client)
    for path in (PRESETS, f"{PRESETS}/deep-tanh"):
        assert (await client.get(path, headers=keys.ana)).status_code == 403
        assert (await client.get(path, headers=keys.teacher)).status_code == 200
