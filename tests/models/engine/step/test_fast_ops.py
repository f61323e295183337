"""Twins compute what Keras's functions compute, and so do their gradients."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.engine.step.fast_ops import (
    FAST_OPS,
    binary_crossentropy,
    categorical_accuracy,
    categorical_crossentropy,
    elu,
    fast_op,
    is_finite,
    is_nan,
    magnitude,
    of_probabilities,
    relu,
    selu,
)

EDGES = np.asarray([[-np.inf, -100.0, -1.0, -1e-30, -0.0, 0.0, 1e-30, 1.0, 100.0, np.inf, np.nan]], np.float32)


def both(function: Any, x: Any) -> tuple[Any, Any]:
    """A function's values and the gradient of their sum."""
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = function(x)
    return value.numpy(), tape.gradient(value, x).numpy()


def test_relu_is_keras_relu_at_its_corner_and_beyond_all_numbers() -> None:
    (value, slope), (expected, steps) = both(relu, EDGES), both(keras.activations.relu, EDGES)
    np.testing.assert_array_equal(value, expected)
    known = ~np.isnan(EDGES)
    np.testing.assert_array_equal(slope[known], steps[known])


@pytest.mark.parametrize(("ours", "theirs"), [(selu, keras.activations.selu), (elu, keras.activations.elu)])
def test_an_exponential_unit_is_keras_at_its_corner_and_beyond_all_numbers(ours: Any, theirs: Any) -> None:
    (value, slope), (expected, steps) = both(ours, EDGES), both(theirs, EDGES)
    np.testing.assert_allclose(value, expected, rtol=1e-6, atol=2e-7)
    # Closer to 0 than 1e-7 Keras's answer rounds to 0 also from below, and its slope is that from above.
    known = np.isfinite(EDGES) & ((np.abs(EDGES) > 1e-7) | (EDGES == 0.0))
    np.testing.assert_allclose(slope[known], steps[known], rtol=1e-6)


@pytest.mark.parametrize(("ours", "theirs"), [(selu, keras.activations.selu), (elu, keras.activations.elu)])
def test_the_curve_of_an_exponential_unit_is_keras(ours: Any, theirs: Any) -> None:
    x = np.asarray([[-3.0, -0.5, 0.0, 0.5, 3.0]], np.float32)
    curve, expected = (both(partial(sloped, function), x)[1] for function in (ours, theirs))
    np.testing.assert_allclose(curve, expected, rtol=1e-6)


def sloped(function: Any, x: Any) -> Any:
    """The slope of x·φ(x), under a tape that goes on watching."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = x * function(x)
    return tape.gradient(value, x)


LOGISTIC = np.asarray([[-90.0], [-20.0], [-1.0], [0.0], [1e-6], [1.0], [20.0], [90.0]], np.float32)
CLASSES = np.asarray([[-90.0, 0.0, 90.0], [0.0, 0.0, 0.0], [1.0, -2.0, 3.0], [1e-6, 20.0, -20.0]], np.float32)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("of_probabilities", [False, True])
@pytest.mark.parametrize(
    ("ours", "theirs", "activation", "logits", "labels"),
    [
        (
            binary_crossentropy,
            keras.losses.binary_crossentropy,
            keras.activations.sigmoid,
            LOGISTIC,
            [[0.0], [1.0]],
        ),
        (
            categorical_crossentropy,
            keras.losses.categorical_crossentropy,
            keras.activations.softmax,
            CLASSES,
            np.eye(3).tolist(),
        ),
    ],
    ids=["logistic", "classes"],
)
def test_the_loss_is_keras_loss(
    ours: Any, theirs: Any, activation: Any, logits: Any, labels: Any, smoothing: float, of_probabilities: bool
) -> None:
    for label in labels:
        y = np.tile(np.asarray(label, np.float32), (len(logits), 1))

        def of(function: Any, z: Any, y: Any = y) -> Any:
            answer = activation(z) if of_probabilities else z
            return function(y, answer, from_logits=not of_probabilities, label_smoothing=smoothing)

        (value, slope), (expected, steps) = (
            both(lambda z, f=function: of(f, z), logits) for function in (ours, theirs)
        )
        np.testing.assert_allclose(value, expected, rtol=1e-6, atol=0)
        np.testing.assert_allclose(slope, steps, rtol=1e-6, atol=1e-9)


def test_probabilities_of_unknown_origin_are_keras_own_affair() -> None:
    y, p = np.asarray([[1.0], [0.0]], np.float32), np.asarray([[0.3], [0.9]], np.float32)
    np.testing.assert_array_equal(binary_crossentropy(y, p), keras.losses.binary_crossentropy(y, p))
    y, p = np.eye(2, dtype=np.float32), np.asarray([[0.3, 0.7], [0.1, 0.9]], np.float32)
    np.testing.assert_array_equal(categorical_crossentropy(y, p), keras.losses.categorical_crossentropy(y, p))


PROBABILITIES = np.asarray(
    [[0.2, 0.5, 0.3], [0.4, 0.4, 0.2], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [np.nan, 1.0, 0.0]], np.float32
)
METRICS = [keras.metrics.CategoricalAccuracy, keras.metrics.BinaryAccuracy]


@pytest.mark.parametrize("weights", [None, [1.0, 2.0, 0.0, 0.5, 3.0]])
@pytest.mark.parametrize("metric", METRICS)
def test_a_metric_of_probabilities_is_keras_metric_after_every_update(metric: Any, weights: Any) -> None:
    ours, theirs = of_probabilities(metric()), metric()
    for label in range(3):
        y = np.eye(3, dtype=np.float32)[[label] * len(PROBABILITIES)]
        np.testing.assert_array_equal(
            categorical_accuracy(y, PROBABILITIES), keras.metrics.categorical_accuracy(y, PROBABILITIES)
        )
        for each in (ours, theirs):
            each.update_state(y, PROBABILITIES, sample_weight=weights)
        np.testing.assert_array_equal(ours.result(), theirs.result())
        assert [variable.name for variable in ours.variables] == [variable.name for variable in theirs.variables]


@pytest.mark.parametrize(("metric", "fewer"), [(METRICS[0], True), (METRICS[1], False)])
def test_the_accuracy_of_probabilities_is_fewer_operations_than_keras(metric: Any, fewer: bool) -> None:
    def traced(metric: Any) -> int:
        update = tf.function(metric.stateless_update_state, autograph=False)
        state = [variable.value for variable in metric.variables]
        graph = update.get_concrete_function(state, np.eye(5, 3, dtype=np.float32), PROBABILITIES).graph
        return len(graph.get_operations())

    ours, theirs = traced(of_probabilities(metric())), traced(metric())
    assert ours < theirs if fewer else ours == theirs


@pytest.mark.parametrize("compiled", [False, True])
def test_sizes_and_what_is_no_number_are_seen_as_numpy_sees_them(compiled: bool) -> None:
    for ours, theirs in ((magnitude, np.abs), (is_nan, np.isnan), (is_finite, np.isfinite)):
        answer = tf.function(ours, jit_compile=compiled, autograph=False)(tf.constant(EDGES))
        np.testing.assert_array_equal(answer, theirs(EDGES))


def test_what_has_no_twin_stays_itself() -> None:
    assert fast_op(keras.activations.tanh) is keras.activations.tanh
    assert all(fast_op(function) is not function for function in FAST_OPS)
