"""Faults that the scaler finds among rows that come as lines."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import pytest

from models.signature import FittedScaler, Signature
from service.errors import Invalid
from service.inference import lines
from service.inference.forms import Form
from service.inference.lines import JsonLines
from service.inference.network import Network
from service.inference.predicting import _work_through
from service.inference.question import Question
from tests.service.inference.test_network import files

pytestmark = pytest.mark.anyio


async def test_they_have_the_place_in_the_whole_body(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "BLOCK", 2)
    left = files("circles")
    scaler = FittedScaler(
        type="power", arguments={"method": "box-cox", "standardize": False}, fitted={"lambdas": [1.0, 0.5]}
    )
    signature = Signature.model_validate_json(left["signature"]).model_copy(update={"scaler": scaler})
    network = Network(left["tflite"], signature)

    async def body() -> AsyncIterator[bytes]:
        yield b"[1, 2]\n[3, 4]\n[5, 6]\n[7, -8]\n"

    with pytest.raises(Invalid) as caught:
        await _work_through(body(), JsonLines(signature), network, Form.CSV, Question(), io.BytesIO())
    assert [fault.pointer for fault in caught.value.faults] == ["/rows/3/1"]
