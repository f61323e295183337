"""Every door reads an output alike: JSON, CSV, surfaces, rankings; for every kind, and where there is no number."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import numpy as np
import pytest

from models.signature import Signature
from service.errors import Invalid
from service.http.json import JsonResponse
from service.inference.open_inference import tensors
from service.inference.predictions.line_writers import CsvWriter, JsonWriter
from service.inference.predictions.options import PredictionOptions
from service.inference.predictions.view import document
from service.inference.surfaces import picture, surface

# Kind, threshold, link, outputs of two rows that mean "a" and then "b", and whether they stand for probabilities.
READINGS: dict[str, tuple[str, float | None, str | None, list[list[float]], bool]] = {
    "probability": ("probability", 0.5, None, [[0.5], [0.75]], True),
    "logit": ("logit", 0.0, "sigmoid", [[-0.25], [0.25]], True),
    "margin": ("margin", 0.0, None, [[-0.25], [0.25]], False),
    "value": ("value", 0.5, None, [[0.25], [7.0]], False),
    "probabilities": ("probabilities", None, None, [[0.75, 0.25], [0.25, 0.75]], True),
    "logits": ("logits", None, "softmax", [[3.0, -3.0], [-3.0, 3.0]], True),
    "logits of yes and no": ("logits", None, "sigmoid", [[3.0, 1.0], [1.0, 3.0]], True),
    "margins": ("margin", None, None, [[0.5, -0.5], [-0.5, 0.5]], False),
    "values": ("value", None, None, [[8.5, -7.5], [-8.5, 7.5]], False),
}


def described(name: str) -> tuple[Signature, np.ndarray[Any, np.dtype[np.float32]], bool]:
    """The signature of a classifier of "a" and "b", two outputs, and whether they are shares."""
    kind, threshold, link, outputs, shares = READINGS[name]
    shape = {"n_features": 2, "features": ["x0", "x1"], "scaler": None, "task": "binary", "classes": ["a", "b"]}
    reading = {"units": len(outputs[0]), "output": kind, "threshold": threshold, "link": link}
    return Signature.model_validate({**shape, **reading}), np.asarray(outputs, np.float32), shares


@pytest.mark.parametrize("name", READINGS)
def test_predictions(name: str) -> None:
    signature, outputs, shares = described(name)
    answer = document(signature, outputs)
    assert answer["classes"] == ["a", "b"]
    assert (answer["probabilities"] is not None) is shares
    assert (answer["values"] is None) is shares
    if shares:
        assert ((answer["probabilities"] >= 0) & (answer["probabilities"] <= 1)).all()
        assert answer["probabilities"].argmax(axis=1).tolist() == [0, 1]
    else:
        np.testing.assert_array_equal(np.reshape(answer["values"], outputs.shape), outputs)


@pytest.mark.parametrize("name", READINGS)
def test_lines(name: str) -> None:
    signature, outputs, shares = described(name)
    rows = [json.loads(line) for line in JsonWriter(signature, PredictionOptions()).write(outputs).splitlines()]
    assert [row["class"] for row in rows] == ["a", "b"]
    assert all(("probabilities" in row, "value" in row) == (shares, not shares) for row in rows)
    writer = CsvWriter(signature, PredictionOptions())
    header, *lines = csv.reader(io.StringIO((writer.head() + writer.write(outputs)).decode()))
    assert [line[0] for line in lines] == ["a", "b"]
    assert {len(header)} == {len(line) for line in lines}
    assert all(column.startswith("probability_" if shares else "value") for column in header[1:])


@pytest.mark.parametrize("name", READINGS)
def test_only_probabilities_are_ranked(name: str) -> None:
    signature, _, shares = described(name)
    for options in (PredictionOptions(top_k=1), PredictionOptions(of_class="a")):
        if shares:
            options.check(signature)
        else:
            with pytest.raises(Invalid):
                options.check(signature)


@pytest.mark.parametrize("name", READINGS)
def test_open_inference(name: str) -> None:
    signature, outputs, _ = described(name)
    labels, _ = tensors.write("classes", signature, outputs, class_count=0, binary=False)
    assert labels["data"] == ["a", "b"]
    ranked, _ = tensors.write("output", signature, outputs, class_count=2, binary=False)
    assert [text.rpartition(":")[2] for text in ranked["data"]] == ["a", "b", "b", "a"]


@pytest.mark.parametrize("name", READINGS)
@pytest.mark.parametrize("missing", [np.nan, np.inf])
def test_a_plane(name: str, missing: float) -> None:
    signature, outputs, shares = described(name)
    cells = np.concatenate([outputs, outputs]).reshape(2, 2, -1)
    cells[1, 1, -1] = missing
    drawn = surface.Surface(3, np.arange(2.0), np.arange(2.0), cells)
    shown = json.loads(bytes(JsonResponse(surface.document("job", drawn, signature)).body))
    assert shown["predicted"] == [[0, 1], [0, None]]
    assert (shown["probability"] is not None) is shares
    assert (shown["value"] is None) is shares
    assert shown["scores"] == signature.scores.model_dump()
    assert [(entry["row"], entry["column"]) for entry in shown["non_finite"]] == [(1, 1)]
    assert picture.draw(drawn, signature, None).startswith(b"\x89PNG")


@pytest.mark.parametrize("name", READINGS)
def test_no_number_is_no_class(name: str) -> None:
    signature, outputs, _ = described(name)
    outputs[:, 0] = np.nan
    answer = document(signature, outputs)
    assert answer["classes"] == [None, None]
    assert answer["probabilities"] is None or np.isnan(answer["probabilities"]).all()
    labels, _ = tensors.write("classes", signature, outputs, class_count=0, binary=False)
    assert labels["data"] == ["", ""]
