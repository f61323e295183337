"""The document that describes the service."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from service.app import PAGE
from tests.service.http.conformance import conformance

DOCUMENT = conformance().document
OPERATIONS = {
    (method, path): operation for path, methods in DOCUMENT["paths"].items() for method, operation in methods.items()
}


@pytest.mark.slow  # not for what it starts, but because the document is long
def test_it_is_valid() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_it_is_of_version_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(set(names)) == len(names)
    assert all(name.replace("_", "").isalpha() and name.islower() for name in names)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_operation_is_described(method: str, path: str) -> None:
    operation = OPERATIONS[method, path]
    assert operation["tags"]
    assert operation["description"].strip()
    statuses = set(operation["responses"])
    of_protocol = path.startswith(("/v1/", "/v2"))
    assert {"500", "503"} <= statuses
    assert ("406" in statuses) != of_protocol
    if "{" in path:
        assert "404" in statuses
    if "requestBody" in operation:
        assert {"400", "413", "415"} <= statuses
        assert ("422" in statuses) != of_protocol
    for status, response in operation["responses"].items():
        if status >= "400":
            assert list(response["content"]) == ["application/problem+json"]


def test_every_body_has_an_example() -> None:
    for (method, path), operation in OPERATIONS.items():
        if "requestBody" in operation:
            content = operation["requestBody"]["content"]["application/json"]
            assert content.get("examples") or content["schema"].get("examples"), (method, path)


def test_bodies_and_jobs_are_typed() -> None:
    def schema_of(part: dict[str, Any]) -> Any:
        return part["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]

    assert schema_of(OPERATIONS["post", "/api/v1/jobs"]["requestBody"]) == "TrainingJobSpec"
    assert DOCUMENT["components"]["schemas"]["Job"]["properties"]["spec"]["$ref"].endswith("/TrainingJobSpec")


@pytest.mark.anyio
async def test_it_is_served(client: httpx.AsyncClient) -> None:
    assert (await client.get("/openapi.json")).json() == DOCUMENT
    assert "swagger" in (await client.get("/docs")).text


@pytest.mark.anyio
async def test_the_page_is_served(client: httpx.AsyncClient) -> None:
    response = await client.get("/")
    assert (response.status_code, response.content) == (200, (PAGE / "index.html").read_bytes())
    assert (await client.get("/nothing.js")).status_code == 404
    assert (await client.post("/nothing.js")).status_code in {404, 405}
