"""Dense layers by vector code compute what TensorFlow computes; ``benchmarks.steps`` shows how much faster they are."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.engine.network.architecture import Network
from models.engine.step import forward
from models.engine.step.loop_fusion import unfused
from models.engine.step.small_matmul import affine, matmul_shapes, vectorizable

SIZES = [(7, 2, 5), (32, 40, 12), (1, 3, 3), (33, 40, 40), (10, 4, 1), (128, 32, 16)]
TOO_LARGE = [sizes for sizes in SIZES if not all(vectorizable(*sides) for sides in matmul_shapes(*sizes))]


def dense(inputs: int, units: int, *, biased: bool) -> Any:
    """A dense layer with weights and bias."""
    layer = keras.layers.Dense(units, use_bias=biased, kernel_initializer="he_normal", bias_initializer="random_normal")
    layer.build((None, inputs))
    return layer


def derivatives(function: Any, layer: Any, x: Any) -> list[Any]:
    """A dense layer's output, the gradients of a function of it, and what the second derivatives make of them."""
    watched = [x, *(variable.value for variable in layer.variables)]
    with tf.GradientTape() as outer:
        outer.watch(watched)
        with tf.GradientTape() as inner:
            inner.watch(watched)
            z = function(layer, x)
            loss = tf.reduce_sum(tf.sin(z) * tf.range(1.0, z.shape[1] + 1.0))
        first = inner.gradient(loss, watched)
        along = tf.add_n([tf.reduce_sum(tf.square(part)) for part in first])
    return [z, *first, *outer.gradient(along, watched)]


@pytest.mark.parametrize("biased", [False, True])
@pytest.mark.parametrize(("rows", "inputs", "units"), SIZES)
def test_a_layer_is_tensorflows_and_so_are_its_derivatives(rows: int, inputs: int, units: int, biased: bool) -> None:
    layer = dense(inputs, units, biased=biased)
    x = tf.constant(np.random.default_rng(1).standard_normal((rows, inputs)), tf.float32)
    for ours, theirs in zip(derivatives(affine, layer, x), derivatives(forward.affine, layer, x), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4 * float(np.abs(theirs).max()))


@pytest.mark.parametrize(("rows", "inputs", "units"), SIZES)
def test_a_compiled_step_is_tensorflows(rows: int, inputs: int, units: int) -> None:
    layer = dense(inputs, units, biased=True)
    weights = [variable.value for variable in layer.variables]
    x = tf.constant(np.random.default_rng(1).standard_normal((rows, inputs)), tf.float32)

    def gradients(x: Any, function: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch([x, *weights])
            z = function(layer, x)
            loss = tf.reduce_sum(tf.square(z))
        return [z, *tape.gradient(loss, [x, *weights])]

    ours = tf.function(partial(gradients, function=affine), jit_compile=True, autograph=False)(x)
    for our, their in zip(ours, gradients(x, forward.affine), strict=True):
        np.testing.assert_allclose(our, their, rtol=1e-5, atol=1e-5 * float(np.abs(their).max()))


@pytest.mark.parametrize(("rows", "inputs", "units"), TOO_LARGE)
def test_a_layer_with_a_product_that_is_too_large_stays_tensorflows_to_the_last_bit(
    rows: int, inputs: int, units: int
) -> None:
    layer = dense(inputs, units, biased=True)
    x = tf.constant(np.random.default_rng(1).standard_normal((rows, inputs)), tf.float32)
    for ours, theirs in zip(derivatives(affine, layer, x), derivatives(forward.affine, layer, x), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_what_becomes_vector_code_does_not_keep_a_loop_in_pieces() -> None:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(40), keras.layers.Dense(12)])
    narrow = Network(model, model.layers)
    assert unfused(narrow, 32, 2_400)
    assert not unfused(narrow, 32, 2_400, vectorized=True)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(40), keras.layers.Dense(40)])
    assert unfused(Network(model, model.layers), 32, 2_400, vectorized=True)  # 40 by 32 by 40
