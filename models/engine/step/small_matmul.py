"""Computes dense layers by small matrix products that XLA makes vector code of.

Inside of a function that XLA makes of a loop (``loop_fusion.py``) no library is called, and a product is three plain
loops. Small ones it can write as vector code in their place, which is several times as fast: where it is told to
(``startup.py``), and the product stands as rows by columns. TensorFlow's gradient of a product does not: it has the
factors read in the other order. Here they are turned around before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from models.engine.step import forward

try:
    from tensorflow.python.eager import record  # how tf.custom_gradient itself tells a tape
except ImportError:  # a version that keeps it elsewhere
    record = None

LONG, SHORT = 128, 32  # the longest sides of a product that becomes vector code
TURNED = np.asarray([1, 0], np.int32)


def vectorizable(m: int, k: int, n: int) -> bool:
    """Whether XLA makes vector code of a product (m, k)·(k, n).

    Example:
        >>> vectorizable(32, 40, 12), vectorizable(40, 32, 40)
        (True, False)
    """
    return 1 in {m, n} or (max(m, k, n) <= LONG and min(m, n) <= SHORT)


def matmul_shapes(rows: int, inputs: int, units: int) -> list[tuple[int, int, int]]:
    """The three products of a dense layer in a step: its output, and the gradients of what came in and of its kernel.

    Example:
        >>> matmul_shapes(32, 40, 12)
        [(32, 40, 12), (32, 12, 40), (40, 32, 12)]
    """
    return [(rows, inputs, units), (rows, units, inputs), (inputs, rows, units)]


def affine(layer: Any, x: Any) -> Any:
    """Compute z = x W + b (N, n) of a dense layer for rows (N, m), with a gradient of vector code where there can be.

    What ``forward.affine`` computes, and its gradient.
    """
    rows, inputs = x.shape
    if rows is None or not all(vectorizable(*sides) for sides in matmul_shapes(rows, inputs, layer.kernel.shape[1])):
        return forward.affine(layer, x)
    kernel = tf.convert_to_tensor(layer.kernel)
    if layer.bias is None:
        return differentiated(product, x, kernel)
    return differentiated(shifted, x, kernel, tf.convert_to_tensor(layer.bias))


def differentiated(function: Callable[..., tuple[Any, Callable[..., Any]]], *given: Any) -> Any:
    """What ``tf.custom_gradient(function)(*given)`` is, without the operations that it adds.

    It copies what goes in and comes out, so that graphs too know of the gradient; only tapes ask for one here. That
    takes Python 3 ms for each layer, of the 150 that tracing a small network takes.
    """
    if record is None:
        return tf.custom_gradient(function)(*given)
    with record.stop_recording():
        output, gradient = function(*given)
    record.record_operation("Dense", [output], list(given), gradient)
    return output


def product(x: Any, kernel: Any) -> tuple[Any, Any]:
    """A product (N, n), and its gradient for ``tf.custom_gradient``: all three as rows by columns."""

    def gradients(upstream: Any) -> tuple[Any, Any]:
        return tf.matmul(upstream, tf.transpose(kernel, TURNED)), tf.matmul(tf.transpose(x, TURNED), upstream)

    return tf.matmul(x, kernel), gradients


def shifted(x: Any, kernel: Any, bias: Any) -> tuple[Any, Any]:
    """The same with a bias (n,)."""
    z, gradients = product(x, kernel)
    return z + bias, lambda upstream: (*gradients(upstream), tf.reduce_sum(upstream, 0))
