"""Runs a batch through a wide network in two halves, which two threads compute side by side.

Where a training has several threads, XLA shares each product of a step between them and waits for both before the next
one: two threads are then 1.1 to 1.3 times as fast as one. Halves of a batch depend on each other only in the gradient's
sum, so a thread can take one of them through all layers and back, and waits once. A step of three layers of 256 units
with 128 rows takes 0.90 instead of 1.09 ms; below the limits here a half is over too soon for that, and far above them
a product is shared well as it is.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from models.engine.network.architecture import Network
from models.engine.step.forward import run
from models.engine.step.loop_fusion import multiplications

ROWS = 128  # of a batch, from which halves are faster
MULTIPLICATIONS = 300_000  # of a product, on average, from which they are


def halved(network: Network, rows: int) -> bool:
    """Whether a step of ``rows`` rows is faster in halves, where there are several threads, and the same one.

    It is another one if a layer sees several rows at once, or draws from chance.
    """
    large = rows >= ROWS and multiplications(network, rows) >= MULTIPLICATIONS
    return large and rows % 2 == 0 and network.rowwise


def run_in_halves(network: Network, x: Any) -> Any:
    """The output (N, K') of a network for rows (N, D) while it is trained, computed for each half apart."""
    return tf.concat([run(network.nodes, half, training=True) for half in tf.split(x, 2)], 0)
