"""The trace: what the probe reads of the states that epochs have left, compiled apart from the epochs.

Epochs leave what the probe needs as one vector each. So two programs of half the size are compiled side by side, and
while a chunk of epochs is read the next one is trained.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models.engine.inlining import READING, apart, in_pieces
from models.engine.probe import PER_LAYER, Probe


class Recorded(NamedTuple):
    """What was read of R states.

    Attributes:
        trace: (R, Q, L) float32; rows as ``probe.PER_LAYER``.
        norms: (R,) the norm of the whole gradient.
    """

    trace: NDArray[np.float32]
    norms: NDArray[np.float32]


@dataclass
class Trace:
    """Takes snapshots of a network while it trains, and reads them afterwards.

    Attributes:
        probe: measures one state.
    """

    probe: Probe

    def __post_init__(self) -> None:
        """Lay the snapshot out: the vectors of weights, the same before the last step, running averages."""
        vectors = self.probe.packing.vectors
        self.averages = [v for v in self.probe.network.moving if "float" in str(v.dtype)]
        self.shapes = [tuple(map(int, variable.shape)) for variable in (*vectors, *vectors, *self.averages)]
        self.sizes = [int(np.prod(shape)) for shape in self.shapes]

    @property
    def width(self) -> int:
        """W, the numbers of a snapshot."""
        return sum(self.sizes)

    def snapshot(self, before: list[Any]) -> Any:
        """(W,) the network as it is; ``before``: the G vectors before the last step."""
        averages = [tf.convert_to_tensor(variable.value) for variable in self.averages]
        return tf.concat([tf.reshape(part, [-1]) for part in (*self.probe.packing.values(), *before, *averages)], 0)

    def read(self, x: Any, y: Any, snapshots: Any, chosen: Any, count: Any) -> tuple[Any, Any]:
        """What is compiled: measure some of the states.

        Args:
            x: (P, D) probe rows; y: (P, K) their encoded targets.
            snapshots: (C, W).
            chosen: (C,) which of them.
            count: how many of ``chosen`` count.

        Returns:
            (C, Q, L) and (C,): as :class:`Recorded`, zeros behind ``count``.
        """
        capacity, groups = int(snapshots.shape[0]), len(self.probe.packing.vectors)
        pieces = in_pieces(self.probe.network, int(x.shape[0]), READING)
        trace = tf.TensorArray(tf.float32, capacity, element_shape=(len(PER_LAYER), len(self.probe.network.kernels)))
        norms = tf.TensorArray(tf.float32, capacity, element_shape=())

        def state(index: Any, trace: Any, norms: Any) -> tuple[Any, Any, Any]:
            # A slice at a number from a tensor would be compiled anew for each such number.
            parts = tf.split(tf.gather(snapshots, tf.gather(chosen, index)), self.sizes)
            parts = [tf.reshape(part, shape) for part, shape in zip(parts, self.shapes, strict=True)]
            averages = list(zip(self.averages, parts[2 * groups :], strict=True))
            packed, norm = self.probe.measure(x, y, parts[:groups], parts[groups : 2 * groups], averages)
            norm = apart(norm) if pieces else norm
            return index + 1, trace.write(index, packed), norms.write(index, norm)

        _, trace, norms = tf.while_loop(lambda index, *_: index < count, state, [tf.constant(0), trace, norms])
        return trace.stack(), norms.stack()
