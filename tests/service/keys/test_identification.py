"""Every route but a few asks who calls; what is somebody else's is not there."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from sqlalchemy import Engine
from starlette.types import Scope as AsgiScope

from service.app import create_app
from service.http.scopes import Scope
from service.keys.identification import is_from_here
from service.keys.secrets import new_secret
from service.settings import Settings
from tests.service.http.conformance import conformance
from tests.service.jobs.desk import Desk
from tests.service.keys.callers import KEYS, bearing, make
from tests.service.web.source import FILES

pytestmark = pytest.mark.anyio

OPEN = {"/livez", "/readyz", "/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc"}
STRANGER = "job_01981d2b-7c2e-7b11-8f10-4f3a6f9d2c55"
OPERATIONS = [
    (method, path, operation)
    for path, methods in conformance().document["paths"].items()
    for method, operation in methods.items()
]


def routes(app: FastAPI) -> list[tuple[str, str]]:
    """Every method and path that the application knows."""
    return [
        (method, route.path or "")
        for route in iter_route_contexts(app.routes)
        for method in sorted(route.methods or ())
    ]


def filled(path: str, job_id: str = STRANGER) -> str:
    """A path with something in the place of its parameters."""
    for name in ("job_id", "model", "name"):
        path = path.replace(f"{{{name}}}", job_id)
    return re.sub(r"\{\w+\}", "1", path)


async def test_every_route_asks_who_calls(client: httpx.AsyncClient, app: FastAPI, engine: Engine) -> None:
    _, headers = make(engine)
    known = routes(app)
    assert len(known) > 80
    for method, path in known:
        if path in OPEN:
            continue
        for sent in ({}, bearing(new_secret()), bearing("guess"), {"X-API-Key": new_secret()}):
            answer = await client.request(method, filled(path), headers=sent)
            assert answer.status_code == 401, (method, path)
            assert answer.headers["www-authenticate"] == ('Bearer error="invalid_token"' if sent else "Bearer")
            if method != "HEAD":
                document = answer.json()
                assert document["type"] == "urn:gradient-clinic:problem:unauthenticated"
                of_protocol = path.startswith(("/v1", "/v2"))
                assert document.get("error") == (document["detail"] if of_protocol else None), path
    assert (await client.get("/nothing")).status_code == 401
    assert (await client.get("/nothing", headers=headers)).status_code == 404


async def test_what_is_open_stays_open(client: httpx.AsyncClient, app: FastAPI, engine: Engine) -> None:
    make(engine)
    assert {path for _, path in routes(app)} >= OPEN
    for path in (*OPEN, "/", *(f"/{name}" for name in FILES)):
        assert (await client.get(path)).status_code == 200, path


async def test_the_document_says_what_is_open() -> None:
    document = conformance().document
    assert set(document["components"]["securitySchemes"]) == {"bearer", "header"}
    assert document["security"] == [{"bearer": []}, {"header": []}]
    for method, path, operation in OPERATIONS:
        is_open = operation.get("security") == []
        assert is_open == (path in OPEN), (method, path)
        assert ("401" in operation["responses"]) != is_open, (method, path)


@pytest.mark.parametrize("scope", [Scope.STUDENT, Scope.TEACHER])
async def test_whoever_may_not_is_told_so(client: httpx.AsyncClient, engine: Engine, scope: Scope) -> None:
    """Which operations need more than a key follows from their dependencies; the document says it."""
    author = {"author": "s1"} if scope is Scope.STUDENT else {}
    _, headers = make(engine, scope, **author)
    needy = [each for each in OPERATIONS if "403" in each[2]["responses"]]
    assert {("get", "/metrics"), ("post", KEYS)} <= {(method, path) for method, path, _ in needy}
    for method, path, operation in needy:
        needed = Scope(operation["description"].rpartition("scope `")[2].partition("`")[0])
        body: dict[str, Any] = {"json": {}} if "requestBody" in operation else {}
        answer = await client.request(method, filled(path), headers=headers, **body)
        assert (answer.status_code == 403) == (scope.rank < needed.rank), (method, path)


class TestSecrets:
    async def test_come_in_either_header(self, client: httpx.AsyncClient, engine: Engine) -> None:
        _, headers = make(engine)
        secret = headers["Authorization"].removeprefix("Bearer ")
        sent: Any
        for sent in (
            headers,
            {"authorization": f"bearer   {secret}"},
            {"X-API-Key": secret},
            {"Authorization": "Basic eDp5", "X-API-Key": secret},
        ):
            assert (await client.get("/api/v1/jobs", headers=sent)).status_code == 200
        for sent in (
            {"Authorization": secret},
            {"Authorization": f"Bearer {secret} "[:-2]},
            {"X-API-Key": secret.upper()},
            {"X-API-Key": b"\xff"},
            {"Authorization": f"Bearer {new_secret()}", "X-API-Key": secret},
        ):
            assert (await client.get("/api/v1/jobs", headers=sent)).status_code == 401
        assert (await client.get("/api/v1/jobs", params={"key": secret})).status_code == 401

    async def test_are_never_logged(self, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
        made = (await client.post(KEYS, json={"scope": "operator"})).json()
        wrong = new_secret()
        with caplog.at_level("DEBUG"):
            await client.get("/api/v1/jobs", headers=bearing(made["secret"]))
            refused = await client.get("/api/v1/jobs", headers=bearing(wrong))
        assert "/api/v1/jobs" in caplog.text
        assert made["secret"] not in caplog.text
        assert wrong not in caplog.text + refused.text
        assert made["id"] in {getattr(record, "key_id", None) for record in caplog.records}


class TestOwners:
    async def test_see_their_own_rows_alone(self, client: httpx.AsyncClient, engine: Engine, desk: Desk) -> None:
        """Whatever names a job answers its owner, and says to all others that there is no such thing."""
        job_id = desk.succeeded()
        _, own = make(engine)
        _, teacher = make(engine, Scope.TEACHER)
        _, student = make(engine, Scope.STUDENT, author="s1")  # of the class of the job's owner
        answered = 0
        for method, path, operation in OPERATIONS:
            if not re.search(r"\{(job_id|model|name)\}", path) or path.startswith("/api/v1/catalog"):
                continue
            sent: dict[str, Any] = {}
            if "requestBody" in operation:
                content = operation["requestBody"]["content"]["application/json"]
                examples = content.get("examples") or {"": {"value": content["schema"]["examples"][0]}}
                sent["json"] = next(iter(examples.values()))["value"]
            for headers in (student, teacher):
                answer = await client.request(method, filled(path, job_id), headers=headers, **sent)
                if method == "put" and path == "/api/v1/models/{name}":
                    assert answer.status_code == 422  # nobody may call a model so
                else:
                    assert answer.status_code == 404, (method, path, answer.text)
            if method == "get":
                answered += (await client.get(filled(path, job_id), headers=own)).status_code == 200
        assert answered > 20
        for path, members in (("/api/v1/jobs", "data"), ("/api/v1/models", "data"), ("/api/v1/preflights", "data")):
            for headers in (student, teacher):
                assert (await client.get(path, headers=headers)).json()[members] == []
        index = await client.post("/v2/repository/index", headers=student)
        assert index.json() == []
        assert (await client.get("/v2/models/stats", headers=student)).json() == {"model_stats": []}
        assert job_id in (await client.post("/v2/repository/index", headers=own)).text

    async def test_are_the_same_for_both_keys_of_a_student(
        self, client: httpx.AsyncClient, engine: Engine, desk: Desk
    ) -> None:
        keys = [make(engine, Scope.STUDENT, author=author) for author in ("s1", "s1", "s2")]
        job_id = desk.queued(owner=keys[0][0].owner)
        seen = [(await client.get(f"/api/v1/jobs/{job_id}", headers=headers)).status_code for _, headers in keys]
        assert seen == [200, 200, 404]


class TestWithoutKeys:
    async def test_who_calls_from_elsewhere_is_nobody(self, app: FastAPI) -> None:
        async def status(client: tuple[str, int] = ("127.0.0.1", 1), **headers: str) -> int:
            transport = httpx.ASGITransport(app, client=client)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as caller:
                sent = {name.replace("_", "-"): value for name, value in headers.items()}
                return (await caller.get("/api/v1/jobs", headers=sent)).status_code

        assert await status() == 200
        assert await status(("::1", 1), host="[::1]:8000") == 200
        assert await status(host="localhost:8000") == 200
        assert await status(Authorization="Bearer anything") == 200
        assert await status(("192.0.2.1", 1)) == 401
        assert await status(x_forwarded_for="127.0.0.1") == 401
        assert await status(forwarded="for=127.0.0.1") == 401
        assert await status(host="clinic.example") == 401
        assert await status(host="192.0.2.1:8000") == 401

    async def test_a_service_that_others_reach_lets_nobody_in(self, url: str) -> None:
        app = create_app(Settings(database_url=url, host="0.0.0.0"))
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as caller,
        ):
            refused = await caller.get("/api/v1/jobs")
            assert refused.status_code == 401
            assert "clinic keys create" in refused.json()["detail"]
            assert (await caller.get("/livez")).status_code == 200

    def test_who_has_no_address_is_here(self) -> None:
        scope: AsgiScope = {"client": None}
        assert is_from_here(scope, {b"host": b"localhost"})
        assert not is_from_here(scope, {b"host": b"clinic.example"})

    @pytest.mark.parametrize("name", ["localhost", "LOCALHOST", "localhost.", "127.0.0.1", "127.0.0.2", "[::1]"])
    @pytest.mark.parametrize("port", ["", ":8000"])
    def test_names_of_this_machine(self, name: str, port: str) -> None:
        assert is_from_here({"client": ("127.0.0.1", 1)}, {b"host": f"{name}{port}".encode()})

    @pytest.mark.parametrize(
        "name",
        [
            "",
            "evil",
            "clinic",
            "evil.localhost",
            "localhost.evil",
            "xlocalhost",
            "0.0.0.0",
            "10.0.0.1",
            "[::2]",
            "2130706433",
        ],
    )
    @pytest.mark.parametrize("port", ["", ":8000"])
    def test_names_that_others_may_point_here(self, name: str, port: str) -> None:
        scope: AsgiScope = {"client": ("127.0.0.1", 1)}
        assert not is_from_here(scope, {b"host": f"{name}{port}".encode()})
        assert not is_from_here(scope, {})
        assert is_from_here(scope, {b"host": b"clinic"}, frozenset({"clinic"}))

    @pytest.mark.parametrize(
        "sent",
        [
            {"origin": "http://evil.example"},
            {"origin": "http://localhost:3000"},
            {"origin": "http://localhost.evil"},
            {"origin": "null"},
            {"origin": ""},
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
            {"sec-fetch-site": "Cross-Site", "origin": "http://localhost"},
        ],
        ids=str,
    )
    async def test_pages_of_other_origins_change_nothing(self, client: httpx.AsyncClient, sent: dict[str, str]) -> None:
        for method, path in (
            ("POST", "/v2/repository/models/m/unload"),
            ("POST", "/api/v1/spec-checks"),
            ("DELETE", "/api/v1/models/m"),
            ("PUT", "/api/v1/models/m/aliases/champion"),
        ):
            assert (await client.request(method, path, headers=sent)).status_code == 401, path
        assert (await client.get("/api/v1/jobs", headers=sent)).status_code == 200

    @pytest.mark.parametrize(
        "sent",
        [
            {},
            {"origin": "http://localhost"},
            {"origin": "http://localhost", "sec-fetch-site": "same-origin"},
            {"sec-fetch-site": "none"},
            {"origin": "http://localhost:8000", "host": "localhost:8000"},
        ],
        ids=str,
    )
    async def test_its_own_page_may(self, client: httpx.AsyncClient, sent: dict[str, str]) -> None:
        assert (await client.post("/api/v1/spec-checks", json={}, headers=sent)).status_code == 200

    async def test_with_a_key_any_page_may(self, client: httpx.AsyncClient, engine: Engine) -> None:
        _, headers = make(engine)
        sent = {**headers, "origin": "http://evil.example", "sec-fetch-site": "cross-site"}
        assert (await client.post("/api/v1/spec-checks", json={}, headers=sent)).status_code == 200
