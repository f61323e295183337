"""Rows that come as lines: where the scaler's faults are, and what is counted."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import pytest

from models.signature import FittedScaler, Signature
from service.errors import Invalid
from service.http.media_types import MediaType
from service.inference.networks.network import Network
from service.inference.predictions import line_readers
from service.inference.predictions.line_readers import JsonReader
from service.inference.predictions.options import PredictionOptions
from service.inference.predictions.responses import _work_through
from service.inference.serving import ServedModel
from service.inference.statistics import Statistics
from service.telemetry.traffic import Traffic
from tests.service.inference.networks.test_network import files

pytestmark = pytest.mark.anyio


def served(scaler: FittedScaler | None = None) -> ServedModel:
    left = files("circles")
    signature = Signature.model_validate_json(left["signature"]).model_copy(update={"scaler": scaler})
    network = Network(left["tflite"], signature)
    return ServedModel("circles", "1", "circles", network, Statistics(), Traffic().predictions)


async def answer(found: ServedModel, content: bytes) -> bytes:
    async def body() -> AsyncIterator[bytes]:
        yield content

    told = io.BytesIO()
    await _work_through(body(), JsonReader(found.signature), found, MediaType.CSV, PredictionOptions(), told)
    return told.getvalue()


async def test_faults_of_the_scaler_have_the_place_in_the_whole_body(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_readers, "BLOCK", 2)
    arguments = {"method": "box-cox", "standardize": False}
    found = served(FittedScaler(type="power", arguments=arguments, fitted={"lambdas": [1.0, 0.5]}))
    with pytest.raises(Invalid) as caught:
        await answer(found, b"[1, 2]\n[3, 4]\n[5, 6]\n[7, -8]\n")
    assert [violation.pointer for violation in caught.value.violations] == ["/rows/3/1"]
    stats = found.statistics.document("circles", "1")
    assert (stats["inference_stats"]["fail"]["count"], stats["inference_count"]) == (1, 0)


async def test_a_body_of_many_blocks_is_one_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_readers, "BLOCK", 2)
    found = served()
    assert len((await answer(found, b"[1, 2]\n" * 5)).splitlines()) == 6
    stats = found.statistics.document("circles", "1")
    assert (stats["execution_count"], stats["inference_count"]) == (1, 5)
