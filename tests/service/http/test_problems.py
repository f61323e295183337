"""Every error is a problem."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, text

from service import errors
from service.app import create_app
from service.database.session import writing
from service.database.tables import JobRow
from service.errors import ClinicError
from service.http.observation import SECURITY
from service.http.problems import STATUS
from service.settings import Settings
from tests.service.http.conformance import conformance
from tests.service.jobs.desk import Desk
from tests.service.jobs.specs import document

pytestmark = pytest.mark.anyio


@pytest.fixture
async def careful(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client that, as over a socket, sees the answer also to an error of ours."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    hooks = {"response": [conformance().check]}
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", event_hooks=hooks) as made:
        yield made


async def test_an_unknown_path(client: httpx.AsyncClient) -> None:
    for path in ("/api/v1/nothing", "/api/v2/jobs", "/api/v1/jobs/", "/favicon"):
        response = await client.get(path)
        assert response.status_code == 404
        assert response.headers["content-type"] == "application/problem+json"
        problem = response.json()
        assert set(problem) == {"type", "title", "status", "detail", "instance", "errors"}
        assert (problem["status"], problem["instance"]) == (404, path)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/v1/jobs", {"GET", "POST"}),
        ("POST", "/api/v1/jobs/job_x", {"GET", "DELETE"}),
        ("GET", "/api/v1/jobs/job_x/cancel", {"POST"}),
        ("DELETE", "/api/v1/jobs/job_x/diagnosis", {"GET", "POST"}),
        ("PATCH", "/livez", {"GET"}),
        ("BREW", "/api/v1/jobs", {"GET", "POST"}),
    ],
)
async def test_a_wrong_method(client: httpx.AsyncClient, method: str, path: str, allowed: set[str]) -> None:
    response = await client.request(method, path)
    assert response.status_code == 405
    assert set(response.headers["allow"].split(", ")) == allowed
    assert response.json()["status"] == 405


async def test_several_faults_are_told_at_once(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/v1/jobs", params={"limit": "x", "status": "y", "spec_hash": "z"})
    problem = response.json()
    assert {fault["parameter"] for fault in problem["errors"]} == {"limit", "status", "spec_hash"}
    assert all(fault["pointer"] == "" for fault in problem["errors"])
    assert "2 more" in problem["detail"]


async def test_what_the_client_does_not_accept(client: httpx.AsyncClient) -> None:
    refused = await client.get("/api/v1/jobs", headers={"Accept": "text/html, image/*"})
    assert refused.status_code == 406
    assert "application/json" in refused.json()["detail"]
    for accept in ("*/*", "application/*", "text/html, application/json;q=0.1", ""):
        assert (await client.get("/api/v1/jobs", headers={"Accept": accept})).status_code == 200


async def test_problems_alone_are_accepted(client: httpx.AsyncClient) -> None:
    """A client that says that it reads problems has not refused anything."""
    for accept in ("application/problem+json", "application/problem+json;q=0.5, text/html;q=0"):
        assert (await client.get("/api/v1/jobs", headers={"Accept": accept})).status_code == 200
        assert (await client.get("/api/v1/jobs/job_x", headers={"Accept": accept})).status_code == 404
    for accept in ("application/problem+json, image/png", "application/problem+json;q=0"):
        assert (await client.get("/api/v1/jobs", headers={"Accept": accept})).status_code == 406


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"])
@pytest.mark.parametrize("path", ["/nothing", "/api/v1/nothing", "/api/v1", "/v2/nothing", "/nothing/index.html"])
async def test_an_unknown_path_is_unknown_by_any_method(client: httpx.AsyncClient, method: str, path: str) -> None:
    response = await client.request(method, path)
    assert response.status_code == 404
    assert "allow" not in response.headers


@pytest.mark.parametrize("path", ["/", "/index.html"])
async def test_a_file_is_only_read(client: httpx.AsyncClient, path: str) -> None:
    response = await client.post(path)
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")


async def test_an_error_of_ours_tells_nothing(careful: httpx.AsyncClient, desk: Desk) -> None:
    job_id = desk.queued()
    with writing(desk.engine) as session:
        session.get_one(JobRow, job_id).spec = {"secret": 1}  # what no version of this program stores
    response = await careful.get(f"/api/v1/jobs/{job_id}/summary")
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    assert response.headers["connection"] == "close"
    assert SECURITY.items() <= {(name, response.headers.get(name)) for name in SECURITY}


async def test_a_missing_database_is_unavailable(client: httpx.AsyncClient, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE jobs RENAME TO lost"))
    for request in (client.get("/api/v1/jobs"), client.post("/api/v1/jobs", json=document())):
        response = await request
        assert response.status_code == 503
        assert int(response.headers["retry-after"]) > 0
        assert "lost" not in response.text


async def test_an_unreachable_database_is_unavailable(tmp_path: Path) -> None:
    settings = Settings(database_url=f"postgresql+psycopg://nobody@/none?host={tmp_path}")
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client,
    ):
        responses = await asyncio.gather(
            client.get("/api/v1/jobs"), client.post("/api/v1/jobs", json=document()), client.get("/readyz")
        )
        assert [response.status_code for response in responses] == [503, 503, 503]
        assert "database" in responses[2].json()["detail"]
        assert (await client.get("/livez")).status_code == 200


def descendants(cls: type[ClinicError]) -> set[type[ClinicError]]:
    return {cls}.union(*(descendants(below) for below in cls.__subclasses__() if below.__module__ == errors.__name__))


def test_the_tree_is_drawn_and_every_family_has_a_status() -> None:
    """The docstring of the module shows each class below its parent."""
    lines = (errors.__doc__ or "").splitlines()
    drawn = {word: line.index(word) for line in lines for word in line.split() if hasattr(errors, word)}
    classes = descendants(ClinicError)
    assert {cls.__name__ for cls in classes} == set(drawn)
    for cls in classes - {ClinicError}:
        parent = cls.__bases__[0]
        assert drawn[cls.__name__] == drawn[parent.__name__] + 4
        assert cls.__dict__.get("type")
        assert cls.__dict__.get("title")
        assert any(base in STATUS for base in cls.__mro__ if base is not ClinicError)
    assert len({cls.type for cls in classes}) == len(classes)
