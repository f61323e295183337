"""Keras models over HTTP."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from service.specs.keras_imports.examples import ARCHITECTURE, COMPILE
from tests.models.keras_config.documents import KERAS2_SEQUENTIAL, forms
from tests.models.specs.documents import changed
from tests.service.jobs.specs import document

pytestmark = pytest.mark.anyio
IMPORTS = "/api/v1/keras-imports"
FORMS = forms(KERAS2_SEQUENTIAL)


@pytest.mark.parametrize("as_text", [False, True])
async def test_the_parts_make_a_spec(client: httpx.AsyncClient, as_text: bool) -> None:
    body: dict[str, Any] = {"architecture": ARCHITECTURE, "compile": COMPILE}
    if as_text:
        body = body | {"architecture": json.dumps(body["architecture"])}
    response = await client.post(IMPORTS, json=body)
    parts = response.json()
    assert response.status_code == 200
    assert parts["input"] == {"n_features": 2}
    assert parts["training"]["optimizer"]["learning_rate"] == 0.01
    assert parts["warnings"] == []
    spec = document(architecture=parts["architecture"])
    spec["training"] |= parts["training"]
    check = (await client.post("/api/v1/spec-checks", json=spec)).json()
    assert (check["valid"], check["errors"]) == (True, [])
    assert check["parameters"]["total"] == 21


@pytest.mark.parametrize("name", FORMS)
async def test_every_form_of_a_model(client: httpx.AsyncClient, name: str) -> None:
    plain = (await client.post(IMPORTS, json={"architecture": KERAS2_SEQUENTIAL})).json()
    response = await client.post(IMPORTS, json={"architecture": FORMS[name][0]})
    parts = response.json()
    assert response.status_code == 200
    assert (parts["architecture"], parts["input"]) == (plain["architecture"], plain["input"])
    assert (parts["training"] is not None) == ("H5" in name)


async def test_a_model_that_was_not_compiled(client: httpx.AsyncClient) -> None:
    response = await client.post(IMPORTS, json={"architecture": ARCHITECTURE})
    assert response.status_code == 200
    assert response.json()["training"] is None


async def test_what_is_not_supported_is_named(client: httpx.AsyncClient) -> None:
    model = changed(ARCHITECTURE, "/config/layers/1/class_name", "LSTM")
    response = await client.post(IMPORTS, json={"architecture": model})
    problem = response.json()
    assert (response.status_code, problem["type"].rpartition(":")[2]) == (422, "unsupported_model")
    assert [fault["pointer"] for fault in problem["errors"]] == ["/architecture/config/layers/1/class_name"]
    assert "LSTM" in problem["detail"]


@pytest.mark.parametrize("body", [{}, {"architecture": None}, {"architecture": 1, "more": 2}, [], "x"])
async def test_any_other_body_is_refused(client: httpx.AsyncClient, body: object) -> None:
    response = await client.post(IMPORTS, json=body)
    assert response.status_code == 422
