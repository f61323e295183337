"""The probe measures what a plain gradient of the Keras model measures, and only reads."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.engine.data.dataset import load
from models.engine.data.rows import Rows, choose_probe, select
from models.engine.data.shuffles import permutations
from models.engine.probe.probe import PER_LAYER
from models.engine.program import Program
from models.specs.check import parse
from tests.models.engine.documents import circles, with_layers

pytestmark = pytest.mark.slow

LAST: list[dict[str, Any]] = [{"type": "dense", "units": 1, "activation": "sigmoid"}]


def prepared(document: dict[str, Any]) -> tuple[Program, Rows]:
    """A program with its initial weights, and its rows."""
    spec = parse(document)
    dataset = load(spec)
    rows = select(spec, dataset, choose_probe(spec, dataset.train_rows))
    program = Program(spec, rows)
    program.begin(spec)
    return program, rows


def untrained(program: Program, rows: Rows) -> tuple[Any, float]:
    """What is measured of the network with the weights that its variables have: (Q, L), and the gradient's norm."""
    packing = program.packing
    for vector, value in zip(packing.vectors, packing.pack([v.value for v in packing.variables]), strict=True):
        vector.assign(value)
    recorded = program.untrained(rows, program.snapshot())
    return recorded.trace[0], float(recorded.norms[0])


def quantity(packed: Any, name: str) -> Any:
    """One row (L,) of the packed quantities."""
    return packed[PER_LAYER.index(name)]


def test_gradient_norms_are_those_of_the_model() -> None:
    program, rows = prepared(circles())
    packed, overall = untrained(program, rows)
    model = program.model
    with tf.GradientTape() as tape:
        loss = keras.losses.BinaryCrossentropy()(rows.probe_y, model(rows.probe_x, training=False))
    gradients = tape.gradient(loss, [variable.value for variable in model.trainable_variables])
    expected = [float(tf.norm(gradient)) for gradient in gradients[::2]]
    np.testing.assert_allclose(quantity(packed, "gradient_norm"), expected, rtol=1e-5)
    assert overall == pytest.approx(float(tf.linalg.global_norm(gradients)), rel=1e-5)


def test_deltas_are_the_gradients_of_the_biases() -> None:
    # The bias gradient is the column sum of δ: for one probe row its root mean square is that of δ itself.
    document = circles()
    document["diagnostics"] = {"probe_size": 1}
    program, rows = prepared(document)
    packed, _ = untrained(program, rows)
    with tf.GradientTape() as tape:
        loss = keras.losses.BinaryCrossentropy()(rows.probe_y, program.model(rows.probe_x, training=False))
    biases = [layer.bias.value for layer in program.network.kernels]
    expected = [float(tf.sqrt(tf.reduce_mean(tf.square(g)))) for g in tape.gradient(loss, biases)]
    np.testing.assert_allclose(quantity(packed, "delta_rms"), expected, rtol=1e-5)


def test_a_penalty_is_no_part_of_the_measured_gradient() -> None:
    plain, rows = prepared(circles())
    document = circles()
    document["architecture"]["layers"][0]["kernel_regularizer"] = {"type": "l2", "l2": 10.0}
    penalised, _ = prepared(document)
    np.testing.assert_allclose(
        quantity(untrained(plain, rows)[0], "gradient_norm"),
        quantity(untrained(penalised, rows)[0], "gradient_norm"),
        rtol=1e-6,
    )


@pytest.mark.parametrize("where", ["inside dense", "layer of its own"])
def test_saturation_and_death_do_not_depend_on_where_the_activation_stands(where: str) -> None:
    hidden: list[dict[str, Any]] = [{"type": "dense", "units": 8, "kernel_initializer": "he_uniform"}]
    if where == "inside dense":
        hidden[0]["activation"] = "relu"
    else:
        hidden.append({"type": "activation", "activation": "relu"})
    program, rows = prepared(with_layers(circles(), *hidden, {"type": "dense", "units": 1, "activation": "sigmoid"}))
    first = program.network.kernels[0]
    # Two units that no row can wake, and one that every row passes.
    first.bias.assign([-100.0, -100.0, 100.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    packed, _ = untrained(program, rows)
    z = rows.probe_x @ first.kernel.numpy() + first.bias.numpy()
    assert quantity(packed, "dead_fraction")[0] == pytest.approx(2 / 8)
    assert quantity(packed, "saturated_fraction")[0] == pytest.approx(np.mean(z <= 0))
    assert quantity(packed, "activation_mean")[0] == pytest.approx(np.maximum(z, 0).mean(), rel=1e-5)


def test_saturated_tanh_is_beyond_its_knee() -> None:
    program, rows = prepared(
        with_layers(circles(), {"type": "dense", "units": 6, "activation": "tanh"}, {"type": "dense", "units": 1})
        | {"training": {**circles()["training"], "loss": "mse", "metrics": []}}
    )
    first = program.network.kernels[0]
    first.kernel.assign(first.kernel.numpy() * 5)
    z = rows.probe_x @ first.kernel.numpy()
    expected = np.mean(1 - np.tanh(z) ** 2 < 0.05)
    assert 0 < expected < 1
    assert quantity(untrained(program, rows)[0], "saturated_fraction")[0] == pytest.approx(expected, abs=1e-3)


def test_reading_changes_nothing() -> None:
    document = with_layers(
        circles(),
        {"type": "dense", "units": 6, "activation": "tanh"},
        {"type": "batch_normalization"},
        {"type": "dropout", "rate": 0.5},
        {"type": "dense", "units": 1, "activation": "sigmoid"},
    )
    spec = parse(document)
    program, rows = prepared(document)
    orders = permutations(spec, 150, 1, 3)
    chunk = program.run(rows, orders, 1)
    before = [tensor.numpy() for tensor in program.state()]
    program.read(rows, chunk.snapshots[[0, 1, 2]])
    for a, b in zip(before, program.state(), strict=True):
        np.testing.assert_array_equal(a, b.numpy())


def test_a_state_is_read_as_it_was_when_training_has_gone_on() -> None:
    document = with_layers(
        circles(), {"type": "dense", "units": 6, "activation": "tanh"}, {"type": "batch_normalization"}, *LAST
    )
    program, rows = prepared(document)
    orders = permutations(parse(document), 150, 1, 3)
    chunk = program.run(rows, orders[:1], 1)
    early, kernels = program.read(rows, chunk.snapshots[[0]]), program.packing.values()
    together = program.run(rows, orders[1:], 2)
    assert not np.array_equal(kernels[0], program.packing.values()[0])
    np.testing.assert_array_equal(program.read(rows, chunk.snapshots[[0]]).trace, early.trace)
    both = program.read(rows, together.snapshots[[1, 0]])
    assert np.isfinite(both.trace).all()
    np.testing.assert_array_equal(program.read(rows, together.snapshots[[0]]).trace[0], both.trace[1])


def test_clipping_is_counted_and_scaled() -> None:
    document = circles(optimizer={"type": "sgd", "learning_rate": 0.01, "global_clipnorm": 1e-4})
    program, rows = prepared(document)
    share, scale = program.run(rows, permutations(parse(document), 150, 1, 1), 1).clipping[0]
    assert share == 1.0
    assert 0 < scale < 0.1
