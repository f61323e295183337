"""Models: names, versions, aliases, and what they keep from being deleted."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tests.databases import KINDS
from tests.service.http.statements import executed
from tests.service.jobs.desk import Desk

pytestmark = pytest.mark.anyio
MODELS = "/api/v1/models"


async def make(client: httpx.AsyncClient, name: str, *job_ids: str) -> None:
    """A model whose versions are these jobs."""
    assert (await client.put(f"{MODELS}/{name}", json={})).status_code == 201
    for job_id in job_ids:
        assert (await add(client, name, job_id)).status_code == 201


async def add(client: httpx.AsyncClient, name: str, job_id: str) -> httpx.Response:
    return await client.post(f"{MODELS}/{name}/versions", json={"job_id": job_id})


async def point(client: httpx.AsyncClient, name: str, alias: str, version: str) -> httpx.Response:
    return await client.put(f"{MODELS}/{name}/aliases/{alias}", json={"version": version})


async def get(client: httpx.AsyncClient, path: str) -> Any:
    response = await client.get(f"{MODELS}/{path}")
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.parametrize("url", KINDS, indirect=True)
async def test_the_life_of_a_model(client: httpx.AsyncClient, desk: Desk) -> None:
    jobs = [desk.succeeded() for _ in range(3)]
    made = await client.put(f"{MODELS}/rings", json={"description": "two rings"})
    assert (made.status_code, made.headers["location"]) == (201, f"{MODELS}/rings")
    assert (made.json()["state"], made.json()["latest_version"]) == ("empty", None)
    for number, job_id in enumerate(jobs, 1):
        added = await add(client, "rings", job_id)
        assert (added.status_code, added.json()["version"]) == (201, str(number))
        assert added.headers["location"] == f"{MODELS}/rings/versions/{number}"
    again = await add(client, "rings", jobs[0])
    assert (again.status_code, again.json()["version"]) == (200, "1")
    model = await get(client, "rings")
    assert (model["latest_version"], model["default_version"], model["aliases"]) == ("3", "3", {})
    pointed = await point(client, "rings", "champion", "2")
    assert (pointed.json()["aliases"], pointed.json()["default_version"]) == ({"champion": "2"}, "2")
    assert (await get(client, "rings/versions/champion"))["job_id"] == jobs[1]
    assert (await get(client, "rings/versions/2"))["aliases"] == ["champion"]
    used = await client.delete(f"{MODELS}/rings/versions/2")
    assert (used.status_code, "champion" in used.json()["detail"]) == (409, True)
    for version in ("1", "3"):
        assert (await client.delete(f"{MODELS}/rings/versions/{version}")).status_code == 204
    assert (await add(client, "rings", jobs[2])).json()["version"] == "4"
    assert [found["version"] for found in (await get(client, "rings/versions"))["data"]] == ["4", "2"]
    assert (await client.delete(f"{MODELS}/rings/aliases/champion")).status_code == 204
    assert (await get(client, "rings"))["default_version"] == "4"
    assert (await client.delete(f"{MODELS}/rings")).status_code == 204
    assert (await client.get(f"{MODELS}/rings")).status_code == 404
    assert (await client.post(f"{MODELS}/rings/predictions", json={"rows": [[0, 1]]})).status_code == 404


@pytest.mark.parametrize("url", KINDS, indirect=True)
async def test_a_job_that_is_a_version_cannot_be_deleted(client: httpx.AsyncClient, desk: Desk) -> None:
    job_id = desk.succeeded()
    for name in ("rings", "tori"):
        await make(client, name, job_id)
    refused = await client.delete(f"/api/v1/jobs/{job_id}")
    assert refused.status_code == 409
    assert refused.json()["type"].endswith(":in_use")
    assert "rings, version 1; tori, version 1" in refused.json()["detail"]
    await client.delete(f"{MODELS}/rings")
    await client.delete(f"{MODELS}/tori/versions/1")
    assert (await client.delete(f"/api/v1/jobs/{job_id}")).status_code == 204
    assert (await client.post(f"/v2/models/{job_id}/infer", content=b"{}")).status_code == 404


async def test_a_list_of_models(client: httpx.AsyncClient, desk: Desk) -> None:
    names = ["Zebra", "apples", "irises", "rings", "x.1", "x_2"]
    for name in reversed(names):
        await make(client, name)
    await add(client, "rings", desk.succeeded())
    found: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await client.get(MODELS, params={"limit": "4", **cursor})).json()
        found += page["data"]
        if not page["has_more"]:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert [model["name"] for model in found] == names
    assert [model["state"] for model in found if model["name"] == "rings"] == ["ready"]


async def test_versions_in_pages(client: httpx.AsyncClient, desk: Desk) -> None:
    await make(client, "rings", *(desk.succeeded() for _ in range(3)))
    first = await get(client, "rings/versions?limit=2")
    rest = await get(client, f"rings/versions?limit=2&cursor={first['next_cursor']}")
    assert [version["version"] for version in (*first["data"], *rest["data"])] == ["3", "2", "1"]
    assert not rest["has_more"]


async def test_a_version_tells_of_its_job(client: httpx.AsyncClient, desk: Desk) -> None:
    job_id = desk.succeeded()
    await make(client, "rings", job_id)
    version = await get(client, "rings/versions/1")
    job = (await client.get(f"/api/v1/jobs/{job_id}")).json()
    assert version["metrics"] == job["result"]["metrics"]
    assert (version["verdict"], version["links"]["job"]) == ("healthy", job["links"]["self"])


async def test_the_model_of_a_job(client: httpx.AsyncClient, desk: Desk) -> None:
    job_id = desk.succeeded()
    job = (await client.get(f"/api/v1/jobs/{job_id}")).json()
    model = await get(client, job["model"]["name"])
    assert (model["latest_version"], model["state"]) == (job["model"]["version"], "ready")
    [version] = (await get(client, f"{job_id}/versions"))["data"]
    assert version == await get(client, f"{job_id}/versions/1")
    assert (await client.get(f"{MODELS}/{job_id}/versions/2")).status_code == 404
    assert (await client.put(f"{MODELS}/{job_id}", json={})).status_code == 422
    assert (await client.delete(f"{MODELS}/{job_id}")).status_code == 404
    assert (await client.get(f"{MODELS}/{desk.queued()}")).status_code == 409


async def test_conditional_requests(client: httpx.AsyncClient, desk: Desk) -> None:
    await make(client, "rings", desk.succeeded())
    tag = (await client.get(f"{MODELS}/rings")).headers["etag"]
    assert (await client.get(f"{MODELS}/rings", headers={"If-None-Match": tag})).status_code == 304
    await client.post("/v2/repository/models/rings/unload")
    changed = await client.get(f"{MODELS}/rings", headers={"If-None-Match": tag})
    assert (changed.status_code, changed.json()["state"]) == (200, "unloaded")
    stale = {"If-Match": tag}
    assert (await client.put(f"{MODELS}/rings", json={"description": "x"}, headers=stale)).status_code == 412
    assert (await client.delete(f"{MODELS}/rings", headers=stale)).status_code == 412
    fresh = {"If-Match": changed.headers["etag"]}
    put = await client.put(f"{MODELS}/rings", json={"description": "x"}, headers=fresh)
    assert (put.status_code, put.json()["description"]) == (200, "x")


@pytest.mark.parametrize("url", KINDS, indirect=True)
async def test_the_etag_changes_with_the_state(client: httpx.AsyncClient, desk: Desk) -> None:
    await make(client, "rings", desk.succeeded())

    async def tag() -> str:
        return str((await client.get(f"{MODELS}/rings")).headers["etag"])

    ready = await tag()
    for word in ("load", "load"):  # it is
        assert (await client.post(f"/v2/repository/models/rings/{word}")).status_code == 200
    assert await tag() == ready
    unloaded = set()
    for word in ("unload", "unload"):
        assert (await client.post(f"/v2/repository/models/rings/{word}")).status_code == 200
        unloaded.add(await tag())
    assert (len(unloaded), ready in unloaded) == (1, False)
    assert (await client.post("/v2/repository/models/rings/load")).status_code == 200
    assert await tag() not in {ready, *unloaded}


async def test_for_if_match_no_versions_are_read(app: FastAPI, client: httpx.AsyncClient, desk: Desk) -> None:
    """Other writers wait meanwhile."""
    await make(client, "rings", desk.succeeded())
    tag = (await client.get(f"{MODELS}/rings")).headers["etag"]
    with executed(app.state.engine) as statements:
        assert (await client.delete(f"{MODELS}/rings", headers={"If-Match": tag})).status_code == 204
    assert statements
    assert not [statement for statement in statements if "SELECT" in statement and "model_versions" in statement]


async def test_what_is_refused(client: httpx.AsyncClient, desk: Desk) -> None:
    job_id = desk.succeeded()
    await make(client, "rings", job_id)
    for name in ("job_1", "stats", "-x", ".x", "a b", "x" * 101, "🌷", "a%00b"):
        response = await client.put(f"{MODELS}/{name}", json={})
        assert (response.status_code, response.json()["errors"][0]["parameter"]) == (422, "name"), name
    for alias in ("1", "Champion", "a" * 64, "a b"):
        response = await point(client, "rings", alias, "1")
        assert (response.status_code, response.json()["errors"][0]["parameter"]) == (422, "alias"), alias
    for version in ("2", "01", "none", "🌷", "9" * 60):
        response = await point(client, "rings", "champion", version)
        assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "/version"), version
    for other in (desk.queued()[:-1], "", "x" * 100):
        response = await add(client, "rings", other)
        assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "/job_id"), other
    assert (await add(client, "rings", desk.queued())).status_code == 409
    assert (await add(client, "rings", desk.failed())).status_code == 409
    for path in ("tulips", "rings/versions/2", "rings/versions/none", "a%00b", "rings/versions/a%00b"):
        assert (await client.get(f"{MODELS}/{path}")).status_code == 404, path
    for path in ("rings/aliases/none", "rings/aliases/a%00b", "tulips/aliases/champion", "rings/versions/2", "tulips"):
        assert (await client.delete(f"{MODELS}/{path}")).status_code == 404, path


async def test_predictions(client: httpx.AsyncClient, desk: Desk) -> None:
    jobs = [desk.succeeded("circles"), desk.succeeded("diverged")]
    await make(client, "rings", *jobs)
    document = {"rows": [[0.5, -0.25]]}
    own = [(await client.post(f"/api/v1/jobs/{job_id}/predictions", json=document)).json() for job_id in jobs]
    assert own[0] != own[1]
    await point(client, "rings", "champion", "1")
    for path, expected in (
        ("rings", own[0]),
        ("rings/versions/champion", own[0]),
        ("rings/versions/2", own[1]),
        (jobs[1], own[1]),
        (f"{jobs[1]}/versions/1", own[1]),
    ):
        assert (await client.post(f"{MODELS}/{path}/predictions", json=document)).json() == expected
    refused = await client.post(f"{MODELS}/rings/predictions", json={"rows": [[1]]})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/rows/0")
    assert (await client.post(f"{MODELS}/rings/versions/3/predictions", json=document)).status_code == 404


async def test_predictions_in_every_form(client: httpx.AsyncClient, desk: Desk) -> None:
    """A name is answered for as the job is: lines, the likeliest classes, the inside."""
    job_id = desk.succeeded()
    await make(client, "rings", job_id)
    own = f"/api/v1/jobs/{job_id}/predictions"
    requests: list[dict[str, Any]] = [
        {"content": "x0,x1\n0.5,-0.25\n", "headers": {"Content-Type": "text/csv"}},
        {"content": "[0.5, -0.25]\n", "headers": {"Content-Type": "application/x-ndjson", "Accept": "text/csv"}},
        {"json": {"records": [{"x0": 0.5, "x1": -0.25}]}, "headers": {"Accept": "application/x-ndjson"}},
        {"json": {"rows": [[0.5, -0.25]]}, "params": {"top_k": 2, "include": "activations,input_gradient"}},
    ]
    for request in requests:
        expected = await client.post(own, **request)
        assert expected.status_code == 200, expected.text
        for path in ("rings", "rings/versions/1"):
            got = await client.post(f"{MODELS}/{path}/predictions", **request)
            assert (got.headers["content-type"], got.text) == (expected.headers["content-type"], expected.text)
    assert expected.json()["top"]["classes"][0][0] == expected.json()["classes"][0]
    [counted] = (await client.get("/v2/models/rings/stats")).json()["model_stats"]
    assert (counted["inference_count"], counted["execution_count"]) == (8, 8)
    scraped = (await client.get("/metrics")).text
    assert "\nclinic_prediction_seconds_count 12.0\n" in scraped


async def test_the_job_answers_for_itself(client: httpx.AsyncClient, desk: Desk) -> None:
    """Unloading is a matter of names, and a name is no job."""
    job_id = desk.succeeded()
    await make(client, "rings", job_id)
    await client.post(f"/v2/repository/models/{job_id}/unload")
    document = {"rows": [[0.5, -0.25]]}
    for _ in range(2):  # read, and then at hand
        assert (await client.post(f"{MODELS}/{job_id}/predictions", json=document)).status_code == 503
        assert (await client.post(f"/api/v1/jobs/{job_id}/predictions", json=document)).status_code == 200
        assert (await client.post(f"{MODELS}/rings/predictions", json=document)).status_code == 200
        assert (await client.post("/api/v1/jobs/rings/predictions", json=document)).status_code == 404


async def test_a_network_that_could_not_be_exported_is_no_model(client: httpx.AsyncClient, desk: Desk) -> None:
    job_id = desk.unexported()
    await make(client, "rings")
    refused = [
        await client.get(f"{MODELS}/{job_id}"),
        await client.get(f"{MODELS}/{job_id}/versions"),
        await client.get(f"{MODELS}/{job_id}/versions/1"),
        await client.post(f"{MODELS}/{job_id}/predictions", json={"rows": [[0, 1]]}),
        await add(client, "rings", job_id),
    ]
    assert {response.status_code for response in refused} == {409}
    assert all("receipt" in response.json()["detail"] for response in refused)
    for path in (f"/v2/models/{job_id}", f"/v2/models/{job_id}/ready", f"/v1/models/{job_id}"):
        assert (await client.get(path)).status_code == 400, path
    assert (await client.post("/v2/repository/index")).json() == []
    assert (await get(client, "rings"))["latest_version"] is None


async def test_an_empty_model_answers_nothing(client: httpx.AsyncClient) -> None:
    await make(client, "rings")
    response = await client.post(f"{MODELS}/rings/predictions", json={"rows": [[0, 1]]})
    assert (response.status_code, "no version yet" in response.json()["detail"]) == (404, True)
    assert (await client.post("/v2/repository/models/rings/load")).status_code == 404
