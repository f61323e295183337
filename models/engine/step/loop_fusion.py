"""Decides whether XLA fuses a loop into one function.

Usually XLA calls each operation of a loop on its own, which takes it 0.6 µs, and has products computed by a library. Of
a loop that touches few bytes it can make one function instead: nothing is called then, and products are plain loops,
ten times as slow, but for those that ``small_matmul.py`` lets it make vector code of. The first is better for wide
layers, the second for narrow ones: a step of five layers of 5 units takes 24 µs or 9, one of three layers of 20 units
13 µs or 31, and with vector code a third less than in pieces.

XLA's choice goes by bytes alone and by an option that holds for a whole process. So the option (``startup.py``) lets
through whatever might be small, and a loop that is better off in pieces contains an operation that XLA never takes into
such a function: :func:`fusion_barrier`.
"""

from __future__ import annotations

from math import prod
from typing import Any

import tensorflow as tf

from models.engine.network.architecture import Network
from models.engine.step.small_matmul import matmul_shapes, vectorizable

# Multiplications of a product, on average, from which a loop is better off in pieces.
STEP = 2_400  # of training steps
VALIDATION = 20_000  # of test rows after an epoch, where the steps before are one function
READING = 7_000  # where a preflight differentiates, which takes more operations for each product


def unfused(network: Network, rows: int, most: int, *, vectorized: bool = False) -> bool:
    """Whether a loop that takes ``rows`` rows through a network is better off in pieces.

    Args:
        network: with L kernel layers.
        rows: B, rows of a product.
        most: multiplications of a product, on average, up to which one function is better.
        vectorized: whether products that can be vector code are (``small_matmul.py``); they do not count.
    """
    sides = [sides for layer in network.kernels for sides in matmul_shapes(rows, *layer.kernel.shape)]
    counted = sum(prod(each) for each in sides if not (vectorized and vectorizable(*each)))
    return counted / max(1, len(sides)) > most


def fusion_barrier(x: Any) -> Any:
    """A scalar, unchanged, as the largest of two of itself: the loop that computes it stays in pieces."""
    return tf.reshape(tf.math.top_k(tf.stack([x, x]), 1).values, [])
