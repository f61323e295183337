"""Every form of a network answers far outside of the training data as Keras does, with every activation."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from models.engine.export.litert import Exporter, answers, difference_far_out, far_rows
from models.engine.network.architecture import build
from models.engine.training import Trainer
from models.events import Finished
from models.graphs import onnx as onnx_file
from models.graphs import saved_model
from models.graphs.network import trace
from models.graphs.numeric import evaluate
from models.specs import activations as specs
from models.specs.check import parse
from tests.models.theory.test_activations import ALL, label

pytestmark = pytest.mark.slow
# Where formulas overflow: around 88 the exponential of float32, and where a square or a cube does.
NUMBERS = (0.0, 1e-3, 3.0, 17.0, 30.0, 88.0, 90.0, 1e2, 1e3, 1e4, 1e6)
COLUMN = np.asarray([sign * number for number in NUMBERS for sign in (1, -1)], np.float32)
ROWS = np.stack([COLUMN, np.roll(COLUMN, 1), np.roll(COLUMN, 5)], axis=1)
BREAKING = [specs.Softplus(), specs.LogSigmoid()]


def document(activation: specs.ActivationBase, *, apart: bool = False) -> dict[str, Any]:
    """A network that is only the activation of its three columns: of a dense layer, or as a layer of its own."""
    dense = {"type": "dense", "units": 3, "kernel_initializer": "identity"}
    written = activation.model_dump(mode="json")
    layers = [dense, {"type": "activation", "activation": written}] if apart else [{**dense, "activation": written}]
    table = [[0.1, 0.2, 0.3], [0.3, 0.1, 0.2], [0.2, 0.3, 0.1]]
    return {
        "data": {"source": {"type": "inline", "features": table, "targets": table}},
        "architecture": {"layers": layers},
        "training": {"loss": "mse", "epochs": 1, "optimizer": {"type": "sgd", "learning_rate": 1e-6}},
    }


def check(got: Any, expected: NDArray[np.float32]) -> None:
    """Equal up to the round-off of float32 in what went in and came out; where Keras overflows, nothing is asked."""
    told = np.isfinite(expected).all(axis=1)
    got, expected, rows = got[told], expected[told], ROWS[told]
    assert np.isfinite(got).all()
    unit = 1e-5 * np.maximum(np.abs(expected), 1.0) + 2e-7 * np.abs(rows).max(axis=1, keepdims=True)
    np.testing.assert_array_less(np.abs(got - expected), unit)


@pytest.mark.parametrize("activation", ALL, ids=label)
def test_all_forms_of_a_network(activation: specs.ActivationBase, tmp_path: Path) -> None:
    import tensorflow as tf

    spec = parse(document(activation))
    network = build(spec, 3)
    expected = np.asarray(network.model(ROWS, training=False))
    content, _ = Exporter(network, 3).export(ROWS[:1], expected[:1])
    check(answers(content, ROWS), expected)
    weights = {weight.path.removeprefix("network/"): np.asarray(weight.value) for weight in network.model.weights}
    traced = trace(spec, weights)
    check(evaluate(traced.graph, ROWS)[traced.output], expected)
    session = onnxruntime.InferenceSession(onnx_file.write(traced, {}), providers=["CPUExecutionProvider"])
    check(session.run(None, {traced.input_name: ROWS})[0], expected)
    with zipfile.ZipFile(io.BytesIO(saved_model.write(traced, {}))) as archive:
        archive.extractall(tmp_path)
    serve = tf.saved_model.load(tmp_path).signatures["serving_default"]
    check(serve(**{traced.input_name: tf.constant(ROWS)})["outputs"].numpy(), expected)


@pytest.mark.parametrize("apart", [False, True], ids=["of a dense layer", "as a layer"])
@pytest.mark.parametrize("activation", BREAKING, ids=label)
def test_the_receipt_tells_the_difference_far_out(activation: specs.ActivationBase, apart: bool) -> None:
    *_, finished = Trainer(jit=False).train(parse(document(activation, apart=apart)))
    assert isinstance(finished, Finished)
    assert finished.receipt["export_difference_far"] < 1e-5


def test_an_overflow_is_told() -> None:
    rows = far_rows(3)
    assert np.abs(rows).max() == 1e4
    network = build(parse(document(specs.Exponential())), 3)
    expected = np.asarray(network.model(rows, training=False))
    content, _ = Exporter(network, 3).export(rows[4:5], expected[4:5])
    assert difference_far_out(content, rows, expected) == pytest.approx(0.0, abs=1e-5)
    assert difference_far_out(content, rows, np.zeros_like(expected)) is None
