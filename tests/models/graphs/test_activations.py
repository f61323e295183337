"""The formulas of activations: values and gradients are those of Keras."""

from __future__ import annotations

import pydoc

import numpy as np
import pytest

from models.graphs.activations import FORMULAS, activate
from models.graphs.graph import Graph
from models.graphs.numeric import evaluate, gradient
from models.specs.activations import ActivationBase
from models.specs.spec import concrete
from tests.models.theory.test_activations import ALL, label

# Off the kinks, which lie on quarters; the rows of functions of a row have several signs, and no two equal numbers.
ROWS = np.random.default_rng(1).permutation(np.linspace(-8.05, 8.05, 102)).reshape(17, 6)
DIRECTION = np.random.default_rng(2).normal(size=ROWS.shape)


def test_every_activation_has_a_formula() -> None:
    assert set(FORMULAS) == set(concrete(ActivationBase))


@pytest.mark.slow
@pytest.mark.parametrize("activation", ALL, ids=label)
def test_values_and_gradients_are_those_of_keras(activation: ActivationBase) -> None:
    import tensorflow as tf

    call = pydoc.locate(activation.target)
    assert callable(call)
    x = tf.constant(ROWS, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = call(x, **activation.arguments())
        total = tf.reduce_sum(y * DIRECTION)
    graph = Graph()
    value = activate(graph.input("float64"), activation)
    values = evaluate(graph, ROWS)
    np.testing.assert_allclose(values[value.at], y, rtol=1e-6, atol=1e-7)
    pulled = gradient(graph, values, value.at, DIRECTION)
    np.testing.assert_allclose(pulled, tape.gradient(total, x), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("extreme", [-1e4, 1e4])
def test_numbers_far_out(extreme: float) -> None:
    """Only what has no finite value there has none."""
    for activation in ALL:
        graph = Graph()
        value = activate(graph.input("float64"), activation)
        row = np.array([[extreme, 0.1]])
        values = evaluate(graph, row)
        finite = activation.type != "exponential" or extreme < 0
        assert np.isfinite(values[value.at]).all() == finite, activation
        if finite:
            assert np.isfinite(gradient(graph, values, value.at, np.ones_like(row))).all(), activation
