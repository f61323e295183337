"""Writes the state of a network as one vector of numbers, and reads it back.

An epoch leaves what the probe needs as one vector: the vectors of weights, the same before the last step, and running
averages.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from models.engine.network.architecture import Network
from models.engine.step.packing import Packing


class Snapshots:
    """Takes snapshots of a network while it trains, and takes them apart.

    Args:
        network: the network.
        packing: its trainable variables in few vectors.

    Attributes:
        width: W, the numbers of a snapshot.
        entries: of these, the weights.
    """

    def __init__(self, network: Network, packing: Packing) -> None:
        self.packing = packing
        vectors = packing.vectors
        self.averages = [v for v in network.moving if "float" in str(v.dtype)]
        self.shapes = [tuple(map(int, variable.shape)) for variable in (*vectors, *vectors, *self.averages)]
        self.sizes = [int(np.prod(shape)) for shape in self.shapes]
        self.width = sum(self.sizes)
        self.entries = sum(self.sizes[: len(vectors)])

    def take(self, before: list[Any]) -> Any:
        """(W,) the network as it is; ``before``: the G vectors before the last step."""
        averages = [tf.convert_to_tensor(variable.value) for variable in self.averages]
        return tf.concat([tf.reshape(part, [-1]) for part in (*self.packing.values(), *before, *averages)], 0)

    def values(self, snapshots: Any) -> tuple[list[Any], list[tuple[Any, Any]]]:
        """The G vectors of (R, W) snapshots, each (R, …), and the running averages with their values (R, …)."""
        groups, count = len(self.packing.vectors), snapshots.shape[0]
        parts = tf.split(snapshots, self.sizes, 1)
        parts = [tf.reshape(part, (count, *shape)) for part, shape in zip(parts, self.shapes, strict=True)]
        return parts[:groups], list(zip(self.averages, parts[2 * groups :], strict=True))
