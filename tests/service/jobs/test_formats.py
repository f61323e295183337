"""The forms of a trained network that are made when they are asked for, and the one that may be missing."""

from __future__ import annotations

import ast
import io
import json
import zipfile

import httpx
import numpy as np
import onnxruntime
import pytest
from sqlalchemy import update

from service.database.session import writing
from service.database.tables import JobRow
from tests.service.inference.predictions.test_job_predictions import get, path
from tests.service.jobs.desk import Desk

pytestmark = pytest.mark.anyio


async def download(client: httpx.AsyncClient, job_id: str, form: str) -> httpx.Response:
    response = await client.get(path(job_id, "model"), params={"format": form})
    assert response.status_code == 200, response.text
    again = await client.get(
        path(job_id, "model"), params={"format": form}, headers={"If-None-Match": response.headers["etag"]}
    )
    assert again.status_code == 304
    assert response.headers["cache-control"] == again.headers["cache-control"] == "private, no-cache"
    return response


@pytest.mark.parametrize("name", ["circles", "iris"])
async def test_onnx_answers_for_raw_rows(client: httpx.AsyncClient, desk: Desk, name: str) -> None:
    job_id = desk.succeeded(name)
    response = await download(client, job_id, "onnx")
    assert response.headers["content-disposition"] == f'attachment; filename="{job_id}.onnx"'
    session = onnxruntime.InferenceSession(response.content, providers=["CPUExecutionProvider"])
    own = await get(client, job_id)
    (outputs,) = session.run(None, {"features": np.array(own["features"])})
    shares = np.array(own["probabilities"])
    np.testing.assert_allclose(outputs, shares[:, 1:] if name == "circles" else shares, rtol=1e-4, atol=1e-5)
    about = session.get_modelmeta().custom_metadata_map
    assert about["job"] == job_id
    assert json.loads(about["signature"])["features"] == own["feature_names"]


async def test_a_saved_model_is_a_folder(client: httpx.AsyncClient, desk: Desk) -> None:
    job_id = desk.succeeded("diabetes")
    response = await download(client, job_id, "saved_model")
    assert response.headers["content-disposition"].endswith('.saved_model.zip"')
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert set(archive.namelist()) == {"saved_model.pb", "assets.extra/signature.json"}
        assert json.loads(archive.read("assets.extra/signature.json"))["scaler"]["type"] == "power"


async def test_a_script_is_python(client: httpx.AsyncClient, desk: Desk) -> None:
    response = await download(client, desk.succeeded("iris"), "python")
    assert response.headers["content-disposition"].endswith('.py"')
    assert ast.parse(response.text).body
    assert "# Name: 'irises'" in response.text
    assert "keras.layers.BatchNormalization()" in response.text


@pytest.mark.parametrize("form", ["onnx", "saved_model", "safetensors", "keras", "python"])
async def test_a_diverged_network_can_be_had(client: httpx.AsyncClient, desk: Desk, form: str) -> None:
    response = await client.get(path(desk.succeeded("diverged"), "model"), params={"format": form})
    assert response.status_code == 200


async def test_a_network_that_could_not_be_exported(client: httpx.AsyncClient, desk: Desk) -> None:
    job_id = desk.unexported()
    for response in (
        await client.get(path(job_id, "model"), params={"format": "tflite"}),
        await client.post(path(job_id), json={"rows": [[0, 1]]}),
        await client.get(path(job_id, "decision-surface")),
    ):
        assert response.status_code == 409
        assert response.json()["type"].endswith(":result_not_available")
    assert (await client.get(path(job_id, "model"), params={"format": "onnx"})).status_code == 200
    assert (await client.get(path(job_id))).status_code == 200


async def test_the_network_of_another_owner_is_not_there(client: httpx.AsyncClient, desk: Desk) -> None:
    job_id = desk.succeeded()
    with writing(desk.engine) as session:
        session.execute(update(JobRow).where(JobRow.id == job_id).values(owner="somebody"))
    assert (await client.post(path(job_id), json={"rows": [[0, 1]]})).status_code == 404
