"""Computes the sharpness of an untrained network's loss and the Jacobian of its logits."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from models.engine.preflight.budget import ITERATIONS
from models.engine.probe.layer_outputs import LayerOutputs
from models.engine.step.forward import run
from models.engine.step.gradient_descent import GradientDescent
from models.engine.step.loop_fusion import READING, fusion_barrier, unfused


def sharpness(descent: GradientDescent, x: Any, y: Any, start: list[Any]) -> Any:
    """λ_max, the greatest eigenvalue of the loss's Hessian on some rows, by the power method.

    The method finds the eigenvalue of greatest size, which may be negative. Its second half therefore runs on
    H - min(0, λ)·I, whose greatest eigenvalue is λ_max - min(0, λ).

    Args:
        descent: the network, its loss and its vectors.
        x: (P, D) rows.
        y: (P, K) their targets.
        start: G directions, of the shapes of the vectors.

    References:
        Cohen et al. 2021, arXiv 2103.00065.
    """
    barrier = unfused(descent.network, int(x.shape[0]), READING)

    def iteration(index: Any, direction: list[Any], shift: Any, _value: Any) -> tuple[Any, list[Any], Any, Any]:
        image = product(descent, x, y, direction)
        value = tf.add_n([tf.reduce_sum(a * b) for a, b in zip(direction, image, strict=True)])
        value = fusion_barrier(value) if barrier else value
        shift = tf.where(index == ITERATIONS - 1, tf.maximum(-value, 0.0), shift)
        moved = [a + shift * b for a, b in zip(image, direction, strict=True)]
        return index + 1, normalized(moved), shift, value

    state = [tf.constant(0), normalized(start), tf.zeros(()), tf.zeros(())]
    return tf.while_loop(lambda index, *_: index < 2 * ITERATIONS, iteration, state)[-1]


def differentiable(descent: GradientDescent, x: Any, y: Any) -> bool:
    """Whether there are second derivatives of all that the network computes; TensorFlow has none of softsign."""
    try:
        product(descent, x, y, descent.packing.values())
    except LookupError:
        return False
    return True


def normalized(direction: list[Any]) -> list[Any]:
    """A direction of length one; nothing stays nothing."""
    norm = tf.linalg.global_norm(direction)
    return [tf.math.divide_no_nan(part, norm) for part in direction]


def product(descent: GradientDescent, x: Any, y: Any, direction: list[Any]) -> list[Any]:
    """The Hessian of the loss, penalties included, times a direction: the gradient of <∇L, direction>."""
    packing, network = descent.packing, descent.network
    vectors = packing.values()
    with tf.GradientTape(watch_accessed_variables=False) as outer:
        outer.watch(vectors)
        with tf.GradientTape(watch_accessed_variables=False) as inner:
            inner.watch(vectors)
            mapping = packing.mapping(packing.unpack(vectors))
            with keras.StatelessScope(state_mapping=mapping, collect_losses=True):
                loss = descent.loss_of(y, run(network.nodes, x, training=False), None)
        gradient = inner.gradient(loss, vectors, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        along = tf.add_n([tf.reduce_sum(a * b) for a, b in zip(gradient, direction, strict=True)])
    images: list[Any] = outer.gradient(along, vectors, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return images


def jacobian(descent: GradientDescent, x: Any, outputs: int) -> Any:
    """(R, K, D) ∂z_L/∂x: for each of R rows, how each pre-activation of the output layer moves with each feature.

    Args:
        descent: the network and its vectors.
        x: (R, D) rows.
        outputs: K, units of the output layer; 0 measures nothing.
    """
    packing, nodes = descent.packing, descent.network.nodes
    mapping = packing.mapping(packing.unpack(packing.values()))
    found = tf.TensorArray(tf.float32, outputs, element_shape=x.shape)
    barrier = unfused(descent.network, int(x.shape[0]), READING)

    def one(index: Any, found: Any) -> tuple[Any, Any]:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(x)
            layers = LayerOutputs(compiled=True)
            with keras.StatelessScope(state_mapping=mapping):
                layers.run(nodes, x)
            chosen = tf.reduce_sum(
                tf.gather(layers.readings[-1].z, fusion_barrier(index) if barrier else index, axis=1)
            )
        slopes = tape.gradient(chosen, x, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        return index + 1, found.write(index, slopes)

    _, found = tf.while_loop(lambda index, _: index < outputs, one, [tf.constant(0), found])
    return tf.transpose(found.stack(), [1, 0, 2])
