"""Lists of jobs."""

from __future__ import annotations

import httpx
import pytest

from models.specs.canonical import spec_hash
from models.specs.check import parse
from tests.databases import KINDS
from tests.service.jobs.desk import Desk
from tests.service.jobs.specs import document

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("url", KINDS, indirect=True)]
JOBS = "/api/v1/jobs"


async def test_pages_follow_each_other(client: httpx.AsyncClient, desk: Desk) -> None:
    ids = [desk.queued() for _ in range(5)]
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(3):
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(JOBS, params=params)).json()
        seen += [job["id"] for job in page["data"]]
        cursor = page["next_cursor"]
        assert page["has_more"] == (cursor is not None)
    assert seen == ids[::-1]
    assert cursor is None


async def test_filters(client: httpx.AsyncClient, desk: Desk) -> None:
    plain = desk.queued()
    labelled = desk.queued(labels={"course": "ml", "week": "1:2"}, seed=7)
    ended = desk.succeeded("iris")

    async def ids(**params: str | list[str]) -> list[str]:
        return [job["id"] for job in (await client.get(JOBS, params=params)).json()["data"]]

    assert await ids(status="succeeded") == [ended]
    assert await ids(status=["succeeded", "queued"]) == [ended, labelled, plain]
    assert await ids(label="course:dl") == [ended, plain]
    assert await ids(label=["course:ml", "week:1:2"]) == [labelled]
    assert await ids(label=["course:ml", "week:1"]) == []
    assert await ids(spec_hash=spec_hash(parse(document(seed=7)))) == [labelled]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=many", "limit"),
        ("cursor=%21", "cursor"),
        ("cursor=AA", "cursor"),
        ("status=sleeping", "status"),
        ("label=nothing", "label"),
        ("label=a:1&label=a:2", "label"),
        ("label=a:%00", "label"),
        ("&".join(f"label=k{number}:v" for number in range(65)), "label"),
        ("&".join(f"label=k{number}:v" for number in range(990)), "label"),
        ("limit=1&limit=2", "limit"),
        ("limit=1&limit=1", "limit"),
        ("spec_hash=&spec_hash=", "spec_hash"),
        ("spec_hash=md5:1", "spec_hash"),
        ("page=2", "page"),
    ],
)
async def test_parameters_are_checked(client: httpx.AsyncClient, query: str, parameter: str) -> None:
    response = await client.get(f"{JOBS}?{query}")
    assert response.status_code == 422
    assert {fault["parameter"] for fault in response.json()["errors"]} == {parameter}


async def test_labels_are_found_wherever_their_colons_are(client: httpx.AsyncClient, desk: Desk) -> None:
    labels = [{"a": "b:c"}, {"a:b": "c"}, {"a:b:c": ""}, {"a:": "b"}, {"a": ":b"}, {":a": "b"}, {"a": "b"}]
    stored = {desk.queued(labels=label): f"{key}:{value}" for label in labels for key, value in label.items()}
    for text in set(stored.values()) - {":a:b"}:
        response = await client.get("/api/v1/jobs", params={"label": text})
        expected = {job_id for job_id, label in stored.items() if label == text}
        assert {job["id"] for job in response.json()["data"]} == expected, text


async def test_as_many_labels_as_a_job_may_have(client: httpx.AsyncClient, desk: Desk) -> None:
    labels = {f"k{number}": "v" for number in range(64)}
    job_id = desk.queued(labels=labels)
    params = {"label": [f"{key}:{value}" for key, value in labels.items()]}
    assert [job["id"] for job in (await client.get("/api/v1/jobs", params=params)).json()["data"]] == [job_id]
    assert (await client.get("/api/v1/jobs", params={"status": ["queued"] * 2000})).status_code == 200
