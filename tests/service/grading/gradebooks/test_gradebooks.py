"""A class in the gradebook, on the board, and beside each other."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx
import pytest

from tests.databases import KINDS
from tests.service.grading.submissions.school import grade, look, publish, school, spec, submitted
from tests.service.jobs.desk import Desk

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("url", KINDS, indirect=True)]
FREE = {"submissions_per_day": None, "concurrent": 10}


async def read(client: httpx.AsyncClient, assignment: dict[str, Any], what: str, **parameters: Any) -> dict[str, Any]:
    response = await client.get(f"{assignment['links']['self']}/{what}", params=parameters)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


async def class_of(client: httpx.AsyncClient, desk: Desk) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Ana improves, Leo stays behind, and a third one has nothing yet."""
    assignment = await publish(client, quota=FREE)
    made = []
    for author, units, accuracy in (("ana", 5, 0.85), ("leo", 6, 0.82), ("ana", 7, 0.95), ("ana", 8, 0.2)):
        made.append(await submitted(client, assignment, author=author, spec=spec(units)))
        grade(desk, accuracy)
    made.append(await submitted(client, assignment, author="=cmd()", spec=spec(9)))
    return assignment, made


class TestGradebook:
    async def test_one_line_an_author(self, client: httpx.AsyncClient, desk: Desk) -> None:
        assignment, made = await class_of(client, desk)
        word = {"score": 50, "reason": "a talk"}
        assert (await client.put(f"{made[1]['links']['self']}/override", json=word)).status_code == 200
        book = await read(client, assignment, "gradebook")
        evil, ana, leo = book["data"]
        assert (evil["author"], evil["score"], evil["pending"]) == ("=cmd()", None, 1)
        assert (ana["submission"], ana["score"], ana["submissions"], ana["percent"]) == (made[2]["id"], 100.0, 3, 100.0)
        assert (leo["score"], leo["computed_score"], leo["overridden"]) == (50.0, 52.0, True)
        last = await read(client, assignment, "gradebook", counting="last")
        assert last["data"][1]["submission"] == made[3]["id"]

    async def test_as_csv_without_formulas(self, client: httpx.AsyncClient, desk: Desk) -> None:
        assignment, _ = await class_of(client, desk)
        path = f"{assignment['links']['self']}/gradebook"
        response = await client.get(path, headers={"Accept": "text/csv"})
        assert response.headers["content-type"].startswith("text/csv")
        rows = list(csv.DictReader(io.StringIO(response.text)))
        assert [row["author"] for row in rows] == ["'=cmd()", "ana", "leo"]
        assert [row["score"] for row in rows] == ["", "100.0", "52.0"]

    async def test_is_the_teachers(self, client: httpx.AsyncClient) -> None:
        keys = await school(client)
        assignment = await publish(client, keys.teacher)
        for what in ("gradebook", "likenesses"):
            path = f"{assignment['links']['self']}/{what}"
            answers = [await client.get(path, headers=by) for by in (keys.ana, keys.stranger, keys.teacher)]
            assert [answer.status_code for answer in answers] == [403, 404, 200]


class TestLeaderboard:
    async def test_the_best_of_each_by_what_students_see(self, client: httpx.AsyncClient, desk: Desk) -> None:
        keys = await school(client)
        assignment = await publish(client, keys.teacher)
        for by, units in ((keys.ana, 5), (keys.leo, 6)):
            await submitted(client, assignment, by, spec=spec(units))
            grade(desk, 0.95)
        path = f"{assignment['links']['self']}/leaderboard"
        mine, theirs = [(await client.get(path, headers=by)).json()["data"] for by in (keys.ana, keys.teacher)]
        # The hidden check has 20 points; equal scores: the earlier leads.
        assert [(line["rank"], line["score"], line["mine"], line["author"]) for line in mine] == [
            (1, 80.0, True, None),
            (2, 80.0, False, None),
        ]
        assert [(line["author"], line["score"]) for line in theirs] == [("ana", 80.0), ("leo", 80.0)]
        assert [line["pseudonym"] for line in mine] == [line["pseudonym"] for line in theirs]
        assert mine[0]["submission"] == theirs[0]["submission"]
        assert mine[1]["submission"] is None
        assert (await client.get(path, headers=keys.stranger)).status_code == 404

    async def test_who_has_no_grade_is_not_there(self, client: httpx.AsyncClient, desk: Desk) -> None:
        assignment, _ = await class_of(client, desk)
        found = (await read(client, assignment, "leaderboard"))["data"]
        assert [(line["rank"], line["author"]) for line in found] == [(1, "ana"), (2, "leo")]


class TestLikenesses:
    async def test_pairs_of_different_authors_with_what_differs(self, client: httpx.AsyncClient) -> None:
        assignment = await publish(client, quota=FREE)
        made = [
            await submitted(client, assignment, author=author, spec=spec(units))
            for author, units in (("ana", 5), ("leo", 5), ("eva", 6), ("ana", 6))
        ]
        found = await read(client, assignment, "likenesses")
        assert (found["compared"], found["of"]) == (4, 4)
        pairs = [(pair["left"]["author"], pair["right"]["author"], pair["equal"]) for pair in found["data"]]
        assert pairs == [("ana", "leo", True), ("eva", "ana", True), ("leo", "eva", False)]
        assert found["data"][0]["left"]["submission"] == made[0]["id"]
        difference, *others = found["data"][2]["differences"]
        assert {other["right"] for other in others} == {6}  # the layer repeats
        assert (difference["pointer"], difference["left"], difference["right"]) == (
            "/architecture/layers/0/units",
            5,
            6,
        )
        assert len((await read(client, assignment, "likenesses", near=0))["data"]) == 2

    async def test_the_distance_is_bounded(self, client: httpx.AsyncClient) -> None:
        assignment = await publish(client)
        for near in ("nan", "-1", "1000"):
            response = await client.get(f"{assignment['links']['self']}/likenesses", params={"near": near})
            assert response.status_code == 422
        assert (await look(client, assignment))["id"] == assignment["id"]
