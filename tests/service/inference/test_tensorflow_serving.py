"""TensorFlow Serving's REST protocol."""

from __future__ import annotations

import json
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi import Request

from models.signature import Signature
from service.inference.tensorflow_serving.bodies import Prediction
from tests.service.jobs.desk import Desk

pytestmark = pytest.mark.anyio
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def predict(client: httpx.AsyncClient, model: str, document: Any, version: str = "") -> httpx.Response:
    """Send a document as ``curl -d`` does."""
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return await client.post(f"/v1/models/{model}{version}:predict", content=content, headers=FORM)


async def test_row_by_row_and_by_column(client: httpx.AsyncClient, desk: Desk) -> None:
    model = desk.succeeded()
    rows = [[0.5, -0.25], [0.1, 0.9]]
    ours = (await client.post(f"/api/v1/models/{model}/predictions", json={"rows": rows})).json()
    first, second = zip(*rows, strict=True)
    asked: list[tuple[str, Any]] = [
        ("predictions", {"instances": rows}),
        ("predictions", {"instances": rows, "signature_name": "serving_default"}),
        ("predictions", {"instances": [{"input": row} for row in rows]}),
        ("predictions", {"instances": [{"x1": b, "x0": a} for a, b in rows]}),
        ("outputs", {"inputs": rows}),
        ("outputs", {"inputs": {"input": rows}}),
        ("outputs", {"inputs": {"x1": second, "x0": first}}),
    ]
    for member, document in asked:
        response = await predict(client, model, document)
        assert (response.status_code, list(response.json())) == (200, [member]), document
        # What Keras itself would answer: one number a row, the probability of the second class.
        assert np.ravel(response.json()[member]) == pytest.approx([p for _, p in ours["probabilities"]])
        assert np.shape(response.json()[member]) == (2, 1)


async def test_versions_and_labels(client: httpx.AsyncClient, desk: Desk) -> None:
    jobs = [desk.succeeded(), desk.succeeded()]
    await client.put("/api/v1/models/rings", json={})
    for job_id in jobs:
        await client.post("/api/v1/models/rings/versions", json={"job_id": job_id})
    await client.put("/api/v1/models/rings/aliases/stable", json={"version": "1"})
    for version in ("", "/versions/1", "/versions/2", "/labels/stable"):
        assert (await predict(client, "rings", {"instances": [[0, 1]]}, version)).status_code == 200
        metadata = (await client.get(f"/v1/models/rings{version}/metadata")).json()
        assert metadata["model_spec"]["version"] == ("2" if version in {"", "/versions/2"} else "1")
    assert (await predict(client, "rings", {"instances": [[0, 1]]}, "/versions/3")).status_code == 404
    assert (await predict(client, "rings", {"instances": [[0, 1]]}, "/labels/none")).status_code == 404
    status = (await client.get("/v1/models/rings")).json()
    ok = {"error_code": "OK", "error_message": ""}
    both = [{"version": version, "state": "AVAILABLE", "status": ok} for version in ("1", "2")]
    assert status == {"model_version_status": both, "name": "rings", "ready": True}
    for version in ("versions/1", "labels/stable"):
        assert (await client.get(f"/v1/models/rings/{version}")).json()["model_version_status"] == both[:1]
    assert (await client.get("/v1/models")).json() == {"models": ["rings", *reversed(jobs)]}
    await client.post("/v2/repository/models/rings/unload")
    status = (await client.get("/v1/models/rings")).json()
    assert ([entry["state"] for entry in status["model_version_status"]], status["ready"]) == (["END"] * 2, False)
    assert (await predict(client, "rings", {"instances": [[0, 1]]})).status_code == 503


async def test_metadata(client: httpx.AsyncClient, desk: Desk) -> None:
    model = desk.succeeded("iris")
    document = (await client.get(f"/v1/models/{model}/metadata")).json()
    described = document["metadata"]["signature_def"]["signature_def"]["serving_default"]
    assert described["inputs"]["input"]["tensor_shape"]["dim"] == [
        {"size": "-1", "name": ""},
        {"size": "4", "name": ""},
    ]
    assert described["outputs"]["output"]["tensor_shape"]["dim"][1]["size"] == "3"


REFUSED: dict[str, tuple[Any, str]] = {
    "neither": ({}, ""),
    "both": ({"instances": [[0, 1]], "inputs": [[0, 1]]}, ""),
    "another signature": ({"signature_name": "x", "instances": [[0, 1]]}, "/signature_name"),
    "a signature that is no text": ({"signature_name": [], "instances": [[0, 1]]}, "/signature_name"),
    "no list": ({"instances": 1}, "/instances"),
    "no row": ({"instances": []}, "/instances"),
    "a number for a row": ({"instances": [1]}, "/instances/0"),
    "another width": ({"instances": [[0, 1], [2]]}, "/instances/1"),
    "a text": ({"instances": [[0, "1"]]}, "/instances/0/1"),
    "a column that is missing": ({"instances": [{"x0": 1}]}, "/instances/0"),
    "an unknown column": ({"inputs": {"x0": [1], "x7": [1]}}, "/inputs/x7"),
    "a column that is no list": ({"inputs": {"x0": 1, "x1": 2}}, "/inputs/x0"),
    "columns of two lengths": ({"inputs": {"x0": [1], "x1": [1, 2]}}, "/inputs"),
    "no column": ({"inputs": {}}, "/inputs"),
    "no object": ([], ""),
}


async def test_what_is_refused(client: httpx.AsyncClient, desk: Desk) -> None:
    model = desk.succeeded()
    for name, (document, pointer) in REFUSED.items():
        response = await predict(client, model, document)
        assert (name, response.status_code) == (name, 400), response.text
        assert (name, response.json()["errors"][0]["pointer"]) == (name, pointer)
        assert response.json()["error"]
    assert (await predict(client, model, b"instances=1")).status_code == 400
    assert "error" in (await predict(client, "tulips", {"instances": [[0, 1]]})).json()


@pytest.mark.parametrize(
    "document",
    [{"instances": [1.5, 2]}, {"instances": [[1.5], [2]]}, {"inputs": {"x0": [1.5, 2]}}, {"inputs": [1.5, 2]}],
)
async def test_a_row_of_one_feature_is_a_number(document: Any) -> None:
    signature = Signature(
        n_features=1, features=["x0"], scaler=None, task="regression", classes=None, units=1, output="value"
    )
    prediction = Prediction(Request({"type": "http", "headers": []}), json.dumps(document).encode())
    assert prediction.rows(signature).tolist() == [[1.5], [2.0]]
