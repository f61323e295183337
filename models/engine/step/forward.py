"""Runs rows forward through a network's layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import tensorflow as tf

from models.engine.network.architecture import Node, Skip
from models.engine.step.fast_ops import fast_op

Dense = Callable[[Any, Any], Any]  # a dense layer and rows -> pre-activations


def plain(node: Node) -> bool:
    """Whether a node is a dense layer that does nothing but compute its output."""
    return isinstance(node, keras.layers.Dense) and node.activity_regularizer is None


def affine(layer: Any, x: Any) -> Any:
    """Compute z = x W + b (N, n) of a dense layer for rows (N, m).

    What ``Dense.call`` computes, in fewer calls, and with a sum that broadcasts: the gradient of Keras's bias addition
    is one of the operations that take TensorFlow's bridge to XLA milliseconds each.
    """
    z = tf.matmul(x, layer.kernel)
    return z if layer.bias is None else z + layer.bias


def run(nodes: Sequence[Node], x: Any, *, training: bool | None = None, dense: Dense = affine) -> Any:
    """The output of ``nodes`` for rows (N, D).

    Args:
        nodes: of a network.
        x: the rows.
        training: as Keras's layers have it.
        dense: computes z = x W + b of a dense layer.
    """
    for node in nodes:
        if isinstance(node, Skip):
            x = node.add([x, run(node.inner, x, training=training, dense=dense)])
        elif plain(node):
            x = fast_op(node.activation)(dense(node, x))
        else:
            x = node(x, training=training)
    return x
