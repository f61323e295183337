"""Whether XLA makes one function of a loop.

Usually XLA calls each operation of a loop on its own, which takes it 0.6 µs, and has products computed by a library. Of
a loop that touches few bytes it can make one function instead: nothing is called then, and products are plain loops,
ten times as slow. The first is better for wide layers, the second for narrow ones: a step of five layers of 5 units
takes 24 µs or 9, one of three layers of 20 units 13 µs or 31.

XLA's choice goes by bytes alone and by an option that holds for a whole process. So the option (``startup.py``) lets
through whatever might be small, and a loop that is better off in pieces contains an operation that XLA never takes into
such a function: :func:`apart`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from models.engine.network import Network

# Multiplications of a layer, on average, from which a loop is better off in pieces.
STEP = 2_400  # of training steps
READING = 7_000  # where a preflight differentiates, which takes more operations for each product


def in_pieces(network: Network, rows: int, most: int) -> bool:
    """Whether a loop that takes ``rows`` rows through a network is better off in pieces.

    Args:
        network: with L kernel layers.
        rows: B, rows of a product.
        most: multiplications of a layer, on average, up to which one function is better.
    """
    sizes = [int(np.prod(layer.kernel.shape)) for layer in network.kernels]
    return rows * sum(sizes) > most * len(sizes)


def apart(x: Any) -> Any:
    """A scalar, unchanged, as the largest of two of itself: the loop that computes it stays in pieces."""
    return tf.reshape(tf.math.top_k(tf.stack([x, x]), 1).values, [])
