"""The Open Inference Protocol as bytes: what its documents look like, and what is refused."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator

from tests.service.jobs.desk import Desk

pytestmark = pytest.mark.anyio

# The objects of the protocol, as its specification names their members.
TENSOR = {
    "type": "object",
    "required": ["name", "datatype", "shape"],
    "properties": {
        "name": {"type": "string"},
        "datatype": {"enum": ["FP32", "FP64", "BYTES"]},
        "shape": {"type": "array", "items": {"type": "integer"}},
    },
}
SERVER = {
    "type": "object",
    "required": ["name", "version", "extensions"],
    "properties": {
        "name": {"type": "string"},
        "version": {"type": "string"},
        "extensions": {"type": "array", "items": {"type": "string"}},
    },
}
MODEL = {
    "type": "object",
    "required": ["name", "platform", "inputs", "outputs"],
    "properties": {
        "name": {"type": "string"},
        "versions": {"type": "array", "items": {"type": "string"}},
        "platform": {"type": "string"},
        "inputs": {"type": "array", "items": TENSOR},
        "outputs": {"type": "array", "items": TENSOR},
    },
}
ANSWER = {
    "type": "object",
    "required": ["model_name", "outputs"],
    "properties": {
        "model_name": {"type": "string"},
        "model_version": {"type": "string"},
        "id": {"type": "string"},
        "outputs": {
            "type": "array",
            "items": {
                **TENSOR,
                "required": ["name", "datatype", "shape", "data"],
                "properties": {**TENSOR["properties"], "data": {"items": {"type": ["number", "string"]}}},  # type: ignore[dict-item]
            },
        },
    },
}
ERROR = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}


def request(**changes: Any) -> dict[str, Any]:
    """One row for a network of circles; ``changes`` replace members of its tensor, None removes one."""
    tensor = {"name": "input", "shape": [1, 2], "datatype": "FP64", "data": [0.5, -0.25]} | changes
    return {"inputs": [{name: value for name, value in tensor.items() if value is not None}]}


async def infer(client: httpx.AsyncClient, model: str, document: Any, **headers: str) -> httpx.Response:
    """Send a document as Triton's client does: without a media type."""
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.post(f"/v2/models/{model}/infer", content=content, headers=named)


async def test_its_documents(client: httpx.AsyncClient, desk: Desk) -> None:
    model = desk.succeeded()
    answers = {
        "/v2": SERVER,
        "/v2/": SERVER,
        f"/v2/models/{model}": MODEL,
        f"/v2/models/{model}/versions/1": MODEL,
        "/v2/models/tulips": ERROR,
        f"/v2/models/{model}/versions/2": ERROR,
        f"/v2/models/{model}/nothing": ERROR,
    }
    for path, schema in answers.items():
        response = await client.get(path)
        assert (response.status_code == 200) == (schema is not ERROR), path
        Draft202012Validator(schema).validate(response.json())
    answer = await infer(client, model, {"id": "42", **request()})
    Draft202012Validator(ANSWER).validate(answer.json())
    assert answer.json()["id"] == "42"
    assert (await client.get("/v2/health/live")).json() == {"live": True}
    assert (await client.get("/v2/health/ready")).json() == {"ready": True}
    assert (await client.get(f"/v2/models/{model}/ready")).json() == {"name": model, "ready": True}


async def test_it_answers_as_our_own_route(client: httpx.AsyncClient, desk: Desk) -> None:
    model = desk.succeeded()
    rows = [[0.5, -0.25], [0.1, 0.9]]
    ours = (await client.post(f"/api/v1/models/{model}/predictions", json={"rows": rows})).json()
    for data in (rows, [*rows[0], *rows[1]]):
        output, classes = (await infer(client, model, request(shape=[2, 2], data=data))).json()["outputs"]
        assert output["data"] == pytest.approx([second for _, second in ours["probabilities"]])
        assert (output["shape"], classes["shape"]) == ([2, 1], [2])
        assert classes["data"] == [str(label) for label in ours["classes"]]


@pytest.mark.parametrize("datatype", ["FP32", "FP16", "INT64", "INT8", "UINT32"])
async def test_other_datatypes(client: httpx.AsyncClient, desk: Desk, datatype: str) -> None:
    model = desk.succeeded()
    expected = (await infer(client, model, request(data=[1, 2]))).json()["outputs"]
    assert (await infer(client, model, request(data=[1, 2], datatype=datatype))).json()["outputs"] == expected


async def test_a_network_that_diverged(client: httpx.AsyncClient, desk: Desk) -> None:
    [output] = (await infer(client, desk.succeeded("diverged"), request())).json()["outputs"]
    assert output["data"] == [None]


REFUSED: dict[str, tuple[Any, str]] = {
    "no object": ([], ""),
    "no inputs": ({}, "/inputs"),
    "two inputs": ({"inputs": request()["inputs"] * 2}, "/inputs"),
    "an input that is no object": ({"inputs": [1]}, "/inputs/0"),
    "another name": (request(name="x"), "/inputs/0/name"),
    "no datatype": (request(datatype=None), "/inputs/0/datatype"),
    "a datatype of texts": (request(datatype="BYTES"), "/inputs/0/datatype"),
    "a datatype that is no text": (request(datatype=["FP64"]), "/inputs/0/datatype"),
    "no shape": (request(shape=None), "/inputs/0/shape"),
    "no row": (request(shape=[0, 2], data=[]), "/inputs/0/shape"),
    "another width": (request(shape=[1, 3], data=[1, 2, 3]), "/inputs/0/shape"),
    "a rank of one": (request(shape=[2]), "/inputs/0/shape"),
    "a truth value for a size": (request(shape=[True, 2]), "/inputs/0/shape"),
    "a huge shape": (request(shape=[2**62, 2]), "/inputs/0/data"),
    "no data": (request(data=None), "/inputs/0/data"),
    "too few numbers": (request(data=[1]), "/inputs/0/data"),
    "ragged rows": (request(shape=[2, 2], data=[[1, 2], [3]]), "/inputs/0/data"),
    "a text": (request(data=[1, "2"]), "/inputs/0/data"),
    "a truth value": (request(data=[1, True]), "/inputs/0/data"),
    "null": (request(data=[1, None]), "/inputs/0/data"),
    "too large for FP32": (request(datatype="FP32", data=[1, 1e300]), "/inputs/0/data"),
    "too large for INT8": (request(datatype="INT8", data=[1, 128]), "/inputs/0/data"),
    "a part for an integer": (request(datatype="INT8", data=[1, 0.5]), "/inputs/0/data"),
    "bytes that are not there": (
        request(data=None, parameters={"binary_data_size": 16}),
        "/inputs/0/parameters/binary_data_size",
    ),
    "a size that is none": (
        request(data=None, parameters={"binary_data_size": "16"}),
        "/inputs/0/parameters/binary_data_size",
    ),
    "an id that is no text": ({"id": 1, **request()}, "/id"),
    "outputs that are no list": ({"outputs": {}, **request()}, "/outputs"),
    "an unknown output": ({"outputs": [{"name": "probabilities"}], **request()}, "/outputs/0"),
    "an output twice": ({"outputs": [{"name": "output"}] * 2, **request()}, "/outputs"),
    "a classification of labels": (
        {"outputs": [{"name": "classes", "parameters": {"classification": 1}}], **request()},
        "/outputs/0/parameters/classification",
    ),
    "a wish that is no truth value": (
        {"parameters": {"binary_data_output": 1}, **request()},
        "/parameters/binary_data_output",
    ),
}


async def test_what_is_refused(client: httpx.AsyncClient, desk: Desk) -> None:
    model = desk.succeeded()
    for name, (document, pointer) in REFUSED.items():
        response = await infer(client, model, document)
        problem = response.json()
        assert (name, response.status_code) == (name, 400)
        assert (name, problem["errors"][0]["pointer"]) == (name, pointer)
        assert problem["error"] == problem["detail"]


async def test_bodies_that_cannot_be_read(client: httpx.AsyncClient, desk: Desk) -> None:
    model = desk.succeeded()
    good = json.dumps(request(data=None, parameters={"binary_data_size": 16})).encode()
    numbers = np.array([0.5, -0.25]).tobytes()
    length = str(len(good))
    answered = await infer(client, model, good + numbers, Inference_Header_Content_Length=length)
    assert answered.status_code == 200
    for body, headers in (
        (b"", {}),
        (b"{", {}),
        (b'{"inputs": NaN}', {}),
        (b"\xff", {}),
        (good + numbers, {}),
        (good + numbers, {"Inference_Header_Content_Length": str(len(good) + 1)}),
        (good + numbers[:-1], {"Inference_Header_Content_Length": length}),
        (good + numbers + b"1", {"Inference_Header_Content_Length": length}),
        (good, {"Inference_Header_Content_Length": str(len(good) + 1)}),
        (good, {"Inference_Header_Content_Length": "0"}),
        (good, {"Inference_Header_Content_Length": "-1"}),
        (good, {"Inference_Header_Content_Length": "ten"}),
        (good, {"Content_Encoding": "gzip"}),
        (gzip.compress(good)[:-4], {"Content_Encoding": "gzip"}),
        (gzip.compress(good) * 2, {"Content_Encoding": "gzip"}),
        (zlib.compress(good)[:-4], {"Content_Encoding": "deflate"}),
    ):
        response = await infer(client, model, body, **headers)
        assert response.status_code == 400, (body, headers)
        assert response.json()["error"]


async def test_what_unpacks_to_too_much(client: httpx.AsyncClient, app: FastAPI, desk: Desk) -> None:
    limit = app.state.settings.max_body
    bomb = gzip.compress(b" " * (limit + 1))
    response = await infer(client, desk.succeeded(), bomb, Content_Encoding="gzip")
    assert response.status_code == 413
    assert "error" in response.json()
    response = await infer(client, desk.succeeded(), b" " * (limit + 1))
    assert (response.status_code, "error" in response.json()) == (413, True)
    assert (await infer(client, desk.succeeded(), b"{}", Content_Encoding="br")).status_code == 415


@pytest.mark.parametrize(
    ("accepted", "used"),
    [("gzip", "gzip"), ("deflate, gzip;q=0", "deflate"), ("br", None), ("gzip;q=0.0", None), ("identity", None)],
)
async def test_what_the_client_can_unpack(
    client: httpx.AsyncClient, desk: Desk, accepted: str, used: str | None
) -> None:
    model = desk.succeeded()
    many = request(shape=[500, 2], data=[0.5, -0.25] * 500)
    plain = await infer(client, model, many, Accept_Encoding="identity")
    packed = await infer(client, model, many, Accept_Encoding=accepted)
    assert packed.headers.get("content-encoding") == used
    assert packed.json() == plain.json()
    assert "content-encoding" not in (await infer(client, model, request(), Accept_Encoding=accepted)).headers


async def test_a_job_without_a_model(client: httpx.AsyncClient, desk: Desk) -> None:
    for job_id in (desk.queued(), desk.failed(), desk.running().job_id):
        assert (await infer(client, job_id, request())).status_code == 404
        assert (await client.get(f"/v2/models/{job_id}/ready")).status_code == 404


@pytest.mark.parametrize("model", ["a%00b", "%F0%9F%8C%B7", "%2E%2E", "x" * 3000, "job_x"])
async def test_names_that_are_none(client: httpx.AsyncClient, desk: Desk, model: str) -> None:
    assert (await infer(client, model, request())).status_code in {404, 405}
    assert (await client.get(f"/v2/models/{desk.succeeded()}/versions/{model}/ready")).status_code in {404, 405}


async def test_errors_of_paths_that_are_not_there(client: httpx.AsyncClient) -> None:
    for path, status in (("/v2/nothing", 404), ("/v1/nothing", 404), ("/v1/models/x/y/z/w", 404)):
        response = await client.get(path)
        assert (response.status_code, "error" in response.json()) == (status, True)
    assert "error" in (await client.post("/v2/health/live")).json()
