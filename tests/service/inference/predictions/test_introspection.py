"""What is told of the inside of a network: layers that add up to the answer, gradients that predict it."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load

from models.graphs.network import TracedNetwork, trace
from models.reading import probabilities
from models.signature import FittedScaler, Signature
from models.specs.check import parse
from service.errors import Invalid, RequestViolation
from service.inference.networks.network import Network
from service.inference.predictions import introspection
from service.inference.predictions.options import Include, PredictionOptions
from tests.service.inference.networks.test_network import files, network
from tests.service.jobs.specs import RECORDED

GRADIENT = PredictionOptions(include=frozenset({Include.INPUT_GRADIENT}))
ACTIVATIONS = PredictionOptions(include=frozenset({Include.ACTIVATIONS}))
STEP = 1e-3


@cache
def traced(name: str) -> TracedNetwork:
    return trace(parse(RECORDED[name]), load(files(name)["weights"]))


def ask(name: str, rows: Any, question: PredictionOptions) -> dict[str, Any]:
    return introspection.introspect(traced(name), network(name).signature, np.asarray(rows, np.float64), question)


def some_rows(name: str, count: int = 7) -> Any:
    return load(files(name)["predictions"])["features"][:count]


@pytest.mark.parametrize("name", ["circles", "iris", "diabetes"])
def test_the_last_layer_is_the_answer(name: str) -> None:
    told = ask(name, some_rows(name), ACTIVATIONS)
    assert [each["layer"] for each in told["activations"]] == [placed.name for placed, _ in traced(name).layers]
    outputs = network(name).outputs(some_rows(name))
    np.testing.assert_allclose(told["activations"][-1]["values"], outputs, rtol=1e-4, atol=1e-5)
    assert told["activations"][0]["non_finite"] == []


def answer(net: Network, rows: Any, classes: Any) -> Any:
    """What is derived: the probability of a class of each row, or the value."""
    outputs = net.outputs(rows)
    shares = probabilities(net.signature, outputs)
    return outputs[:, 0].astype(np.float64) if shares is None else shares[np.arange(len(rows)), classes]


@pytest.mark.parametrize(
    ("name", "of_class"),
    [("circles", None), ("circles", "0"), ("circles", "1"), ("iris", None), ("iris", "2"), ("diabetes", None)],
)
def test_the_gradient_predicts_the_answer_of_a_row_nearby(name: str, of_class: str | None) -> None:
    net, rows = network(name), some_rows(name)
    told = ask(name, rows, PredictionOptions(include=GRADIENT.include, of_class=of_class))["input_gradient"]
    classes = None if told["of"] is None else [net.signature.classes.index(label) for label in told["of"]]  # type: ignore[union-attr]
    if of_class is not None:
        assert classes == [int(of_class)] * len(rows)
    spread = load(files(name)["predictions"])["features"].std(axis=0)
    for column in range(rows.shape[1]):
        step = np.zeros(rows.shape[1])
        step[column] = STEP * spread[column]
        quotient = (answer(net, rows + step, classes) - answer(net, rows - step, classes)) / (2 * step[column])
        unit = np.abs(answer(net, rows, classes)).max() / spread[column]
        np.testing.assert_allclose(told["values"][:, column], quotient, rtol=0.02, atol=2e-3 * unit)


def test_a_linear_network_has_its_kernel_for_a_gradient() -> None:
    spec = parse(
        {
            "data": {"source": {"type": "regression", "n_features": 3, "n_targets": 2}, "scaler": "standard"},
            "architecture": {"layers": [{"type": "dense", "units": 2}]},
            "training": {"loss": "mse", "epochs": 1},
        }
    )
    kernel = np.array([[1.0, -2.0], [0.5, 4.0], [0.25, 8.0]], np.float32)
    linear = trace(spec, {"dense/kernel": kernel, "dense/bias": np.ones(2, np.float32)})
    scale = [2.0, 4.0, 0.5]
    scaler = FittedScaler(
        type="standard",
        arguments={"with_mean": True, "with_std": True},
        fitted={"mean": [1.0, 2.0, 3.0], "scale": scale},
    )
    told = introspection.introspect(
        linear, Signature.of(spec, scaler=scaler), np.array([[3.0, 6.0, 3.0], [1, 2, 3]]), GRADIENT
    )
    expected = (kernel / np.array(scale)[:, None]).T
    assert told["input_gradient"]["of"] is None
    np.testing.assert_allclose(told["input_gradient"]["values"], [expected, expected])


def test_a_diverged_network_names_what_is_not_finite() -> None:
    told = ask("diverged", [[0.0, 1.0]], ACTIVATIONS)
    assert {place["value"] for place in told["activations"][-1]["non_finite"]} <= {"nan", "inf", "-inf"}
    assert told["activations"][-1]["non_finite"][0]["row"] == 0


def test_a_gradient_that_is_not_finite_is_named() -> None:
    told = ask("diverged", [[0.0, 1.0]], GRADIENT)["input_gradient"]
    assert [(place["row"], place["output"]) for place in told["non_finite"]] == [(0, 0), (0, 1)]


def test_there_is_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(introspection, "MOST_NUMBERS", 16 * 6)  # three layers of five units and one unit: 16 a row
    assert len(ask("circles", some_rows("circles", 6), ACTIVATIONS)["activations"]) == 4
    with pytest.raises(Invalid, match="the limit is 96: 6 rows") as caught:
        ask("circles", some_rows("circles"), ACTIVATIONS)
    violation = caught.value.violations[0]
    assert isinstance(violation, RequestViolation)
    assert violation.parameter == "include"
