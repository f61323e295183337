"""A traced network computes what Keras computes, in NumPy, as an ONNX file and as a SavedModel."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

from models.graphs import onnx as onnx_file
from models.graphs import saved_model
from models.graphs.layers import FORMULAS
from models.graphs.numeric import evaluate, gradient
from models.specs.layers import LayerBase, Residual
from models.specs.spec import concrete
from tests.models.graphs.networks import DOCUMENTS, case

pytestmark = pytest.mark.slow
NAMES = list(DOCUMENTS)


def check(got: Any, expected: Any, name: str = "") -> None:
    """Equal up to the round-off of float32."""
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5, err_msg=name)


def test_every_layer_has_a_formula() -> None:
    assert set(FORMULAS) | {Residual} == set(concrete(LayerBase))


@pytest.mark.parametrize("name", NAMES)
def test_in_numpy(name: str) -> None:
    known = case(name)
    values = evaluate(known.behind.graph, known.scaled)
    check(values[known.behind.output], known.outputs)


def test_each_layers_output() -> None:
    import keras

    known = case("layers")
    values = evaluate(known.behind.graph, known.scaled)
    inner = keras.Model(known.network.model.inputs, [layer.output for layer in known.network.model.layers[1:]])
    theirs = dict(zip((layer.name for layer in known.network.model.layers[1:]), inner([known.scaled]), strict=True))
    assert [placed.name for placed, _ in known.behind.layers] == list(theirs)
    for placed, at in known.behind.layers:
        check(values[at], theirs[placed.name], placed.name)


@pytest.mark.parametrize("name", NAMES)
def test_the_gradient(name: str) -> None:
    import tensorflow as tf

    known = case(name)
    x = tf.constant(known.scaled)
    with tf.GradientTape() as tape:
        tape.watch(x)
        output = known.network.model(x, training=False)
        read = tf.nn.softmax(output) if name == "logits" else output
        first = tf.reduce_sum(read[:, 0])
    values = evaluate(known.behind.graph, known.scaled)
    check(values[known.behind.read], read)
    direction = np.zeros(read.shape)
    direction[:, 0] = 1.0
    got = gradient(known.behind.graph, values, known.behind.read, direction)
    np.testing.assert_allclose(got, tape.gradient(first, x), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_as_an_onnx_file(name: str) -> None:
    known = case(name)
    for traced in (known.traced, known.behind):
        content = onnx_file.write(traced, {"signature": "{}"})
        onnx.checker.check_model(onnx.load_from_string(content), full_check=True)
        session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
        rows = known.features if traced.input_name == "features" else known.scaled
        (outputs,) = session.run(None, {traced.input_name: rows})
        check(outputs, known.outputs)
        assert session.get_modelmeta().custom_metadata_map == {"signature": "{}"}


@pytest.mark.parametrize("name", NAMES)
def test_as_a_saved_model(name: str, tmp_path: Path) -> None:
    import tensorflow as tf

    known = case(name)
    with zipfile.ZipFile(io.BytesIO(saved_model.write(known.traced, {"signature.json": "{}"}))) as archive:
        archive.extractall(tmp_path)
    loaded = tf.saved_model.load(tmp_path)
    rows = known.features if known.traced.input_name == "features" else known.scaled
    outputs = loaded.signatures["serving_default"](**{known.traced.input_name: tf.constant(rows)})["outputs"]
    check(outputs, known.outputs)
    assert (tmp_path / "assets.extra" / "signature.json").read_text() == "{}"


def test_a_scaler_that_is_no_straight_line_stays_outside() -> None:
    assert case("layers").traced.input_name == "features"
    assert case("logits").traced.input_name == "scaled"
