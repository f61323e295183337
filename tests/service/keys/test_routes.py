"""Making, listing and revoking keys over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, text

from service.http.scopes import Scope
from service.keys.operations import owner_of_student
from service.keys.secrets import digest_of
from tests.databases import KINDS
from tests.service.keys.callers import KEYS, bearing, make

pytestmark = pytest.mark.anyio

UNKNOWN = "key_01981d2b-7c2e-7b11-8f10-4f3a6f9d2c55"


def stored(engine: Engine) -> str:
    """Everything that the table of keys holds."""
    with engine.connect() as connection:
        return str(connection.execute(text("SELECT * FROM api_keys")).all())


@pytest.mark.parametrize("url", KINDS, indirect=True)
async def test_the_first_key_turns_keys_on(client: httpx.AsyncClient, engine: Engine) -> None:
    assert (await client.get("/api/v1/jobs")).status_code == 200
    made = await client.post(KEYS, json={"scope": "operator", "name": "first"})
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    key = made.json()
    assert (key["scope"], key["owner"], key["teacher"], key["author"]) == ("operator", "local", "local", None)
    assert made.headers["location"] == key["links"]["self"] == f"{KEYS}/{key['id']}"
    refused = await client.get("/api/v1/jobs")
    assert refused.status_code == 401
    headers = bearing(key["secret"])
    assert (await client.get("/api/v1/jobs", headers=headers)).status_code == 200
    told = await client.get(key["links"]["self"], headers=headers)
    assert told.json() == {name: value for name, value in key.items() if name != "secret"} | {
        "last_used_at": told.json()["last_used_at"]
    }
    assert (await client.get(KEYS, headers=headers)).json()["data"][0]["id"] == key["id"]
    assert key["secret"] not in stored(engine)
    assert digest_of(key["secret"]) in stored(engine)
    assert key["secret"].startswith(key["prefix"])


@pytest.mark.parametrize("url", KINDS, indirect=True)
async def test_a_revoked_key_opens_nothing_and_keys_stay_on(client: httpx.AsyncClient, engine: Engine) -> None:
    key, headers = make(engine)
    assert (await client.get(KEYS, headers=headers)).status_code == 200
    assert (await client.delete(f"{KEYS}/{key.id}", headers=headers)).status_code == 204
    assert (await client.get("/api/v1/jobs", headers=headers)).status_code == 401
    assert (await client.get("/api/v1/jobs")).status_code == 401
    _, other = make(engine)
    assert (await client.get(f"{KEYS}/{key.id}", headers=other)).status_code == 404
    assert (await client.delete(f"{KEYS}/{key.id}", headers=other)).status_code == 404


class TestOperators:
    async def test_make_keys_of_every_scope(self, client: httpx.AsyncClient) -> None:
        first = (await client.post(KEYS, json={"scope": "operator"})).json()
        headers = bearing(first["secret"])

        async def made(**body: Any) -> dict[str, Any]:
            response = await client.post(KEYS, json=body, headers=headers)
            assert response.status_code == 201
            key: dict[str, Any] = response.json()
            return key

        teacher = await made(scope="teacher", name="Ana")
        other = await made(scope="teacher", name="Berta")
        assert teacher["owner"] == teacher["teacher"]
        assert len({teacher["owner"], other["owner"], "local"}) == 3
        named = await made(scope="teacher", owner="carla@uni.example")
        assert named["owner"] == named["teacher"] == "carla@uni.example"
        student = await made(scope="student", teacher=teacher["owner"], author="s1")
        assert (student["teacher"], student["author"]) == (teacher["owner"], "s1")
        assert student["owner"] == owner_of_student(teacher["owner"], "s1") != teacher["owner"]
        again = await made(scope="student", teacher=teacher["owner"], name=" s1 ")
        assert (again["owner"], again["author"]) == (student["owner"], "s1")
        elsewhere = await made(scope="student", author="s1")
        assert elsewhere["teacher"] == "local"
        assert elsewhere["owner"] != student["owner"]
        seen = (await client.get(KEYS, headers=headers, params={"limit": 4})).json()
        rest = (await client.get(KEYS, headers=headers, params={"cursor": seen["next_cursor"]})).json()
        assert [key["id"] for key in (*seen["data"], *rest["data"])] == [
            key["id"] for key in (elsewhere, again, student, named, other, teacher, first)
        ]

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({}, "/scope"),
            ({"scope": "root"}, "/scope"),
            ({"scope": "operator", "secret": "clinic_mine"}, "/secret"),
            ({"scope": "student"}, "/author"),
            ({"scope": "student", "author": "  "}, "/author"),
            ({"scope": "student", "author": "s1", "owner": "ana"}, "/owner"),
            ({"scope": "student", "author": "s1", "teacher": "stu_1"}, "/teacher"),
            ({"scope": "teacher", "author": "s1"}, "/author"),
            ({"scope": "teacher", "teacher": "ana"}, "/teacher"),
            ({"scope": "teacher", "owner": "stu_" + "0" * 32}, "/owner"),
            ({"scope": "teacher", "owner": ""}, "/owner"),
            ({"scope": "teacher", "owner": "a b"}, "/owner"),
            ({"scope": "teacher", "owner": "a" * 65}, "/owner"),
            ({"scope": "operator", "expires_at": "2020-01-01T00:00:00Z"}, "/expires_at"),
            ({"scope": "operator", "expires_at": "2099-01-01T00:00:00"}, "/expires_at"),
            ({"scope": "operator", "name": "x" * 201}, "/name"),
        ],
    )
    async def test_are_told_what_is_no_key(self, client: httpx.AsyncClient, body: Any, pointer: str) -> None:
        refused = await client.post(KEYS, json=body)
        assert refused.status_code == 422
        assert [fault["pointer"] for fault in refused.json()["errors"]] == [pointer]
        assert (await client.get("/api/v1/jobs")).status_code == 200  # none was made


class TestTeachers:
    async def test_make_see_and_revoke_keys_of_their_students_alone(
        self, client: httpx.AsyncClient, engine: Engine
    ) -> None:
        ana, as_ana = make(engine, Scope.TEACHER, owner="ana")
        _, as_berta = make(engine, Scope.TEACHER, owner="berta")
        operator, _ = make(engine)
        colleague, _ = make(engine, Scope.OPERATOR, owner="ana")
        made = await client.post(KEYS, json={"scope": "student", "author": "s1"}, headers=as_ana)
        assert made.status_code == 201
        student = made.json()
        assert student["teacher"] == "ana"
        same = {"scope": "student", "author": "s2", "teacher": "ana"}
        assert (await client.post(KEYS, json=same, headers=as_ana)).status_code == 201
        for body in (
            {"scope": "operator"},
            {"scope": "teacher"},
            {"scope": "teacher", "owner": "ana"},
            {"scope": "student", "author": "s1", "teacher": "berta"},
        ):
            assert (await client.post(KEYS, json=body, headers=as_ana)).status_code == 403
        listed = (await client.get(KEYS, headers=as_ana)).json()["data"]
        assert [key["author"] for key in listed] == ["s2", "s1"]
        assert (await client.get(KEYS, headers=as_berta)).json()["data"] == []
        for foreign in (ana.id, operator.id, colleague.id, UNKNOWN, "nothing"):
            for answer in (
                await client.get(f"{KEYS}/{foreign}", headers=as_ana),
                await client.delete(f"{KEYS}/{foreign}", headers=as_ana),
            ):
                assert answer.status_code == 404
        path = f"{KEYS}/{student['id']}"
        assert (await client.delete(path, headers=as_berta)).status_code == 404
        assert (await client.delete(path, headers=as_ana)).status_code == 204
        assert (await client.get("/api/v1/jobs", headers=bearing(student["secret"]))).status_code == 401


async def test_students_have_nothing_to_do_with_keys(client: httpx.AsyncClient, engine: Engine) -> None:
    key, headers = make(engine, Scope.STUDENT, author="s1")
    body = {"scope": "student", "author": "s1"}
    for answer in (
        await client.post(KEYS, json=body, headers=headers),
        await client.post(KEYS, json={"no": "key"}, headers=headers),  # 403 comes before what is wrong in the body
        await client.get(KEYS, headers=headers),
        await client.get(f"{KEYS}/{key.id}", headers=headers),
        await client.delete(f"{KEYS}/{key.id}", headers=headers),
    ):
        assert answer.status_code == 403
        assert answer.json()["type"].endswith(":forbidden")


async def test_an_expired_key_opens_nothing(client: httpx.AsyncClient) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=2)
    body = {"scope": "operator", "expires_at": soon.isoformat()}
    key = (await client.post(KEYS, json=body)).json()
    assert datetime.fromisoformat(key["expires_at"]) == soon
    headers = bearing(key["secret"])
    while (answer := await client.get("/api/v1/jobs", headers=headers)).status_code == 200:
        assert datetime.now(UTC) < soon + timedelta(seconds=60)
    assert answer.status_code == 401
    assert datetime.now(UTC) >= soon
