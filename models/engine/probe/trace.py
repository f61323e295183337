"""Reads the trace: has the probe measure the states that epochs have left, many at once.

Epochs leave a snapshot each. While those of one chunk of epochs are read, the next chunk is trained.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models.engine.probe.probe import Observed, Probe, Recorded
from models.engine.step.snapshots import Snapshots

BUDGET = 2**20  # entries that a tensor of all units, rows and states should not exceed
ANSWERS = 2**21  # entries that the tensor of a layer should not exceed where only the network's outputs are asked for
MOST = 64  # states that are read at once


class Trace:
    """Reads snapshots of a network.

    Args:
        probe: measures states.
        snapshots: how they are written.
        rows: N, of the probe batch.

    Attributes:
        states: R, how many are read at once; the same for all jobs of a shape.
    """

    def __init__(self, probe: Probe, snapshots: Snapshots, rows: int) -> None:
        self.probe = probe
        self.rows = rows
        self.snapshots = snapshots
        fitting = BUDGET // (rows * sum(probe.widths))
        self.states = 2 ** min(max(1, fitting), MOST).bit_length() // 2
        self.observe: Any = None

    def look(self, x: Any, y: Any, snapshots: Any) -> Observed:
        """What is traced of :meth:`read`, for (R, W) snapshots."""
        return self.probe.observe(x, y, *self.snapshots.values(snapshots))

    def outputs(self, x: NDArray[np.float32], snapshots: NDArray[np.float32]) -> NDArray[np.float32]:
        """(C, N, K') the network's output in inference mode for rows (N, D), in the states of (C, W) snapshots."""
        count = max(1, ANSWERS // (len(x) * max(self.probe.widths)))
        blocks = [tf.constant(snapshots[at : at + count]) for at in range(0, len(snapshots), count)]
        return np.concatenate(
            [self.probe.outputs(tf.constant(x), *self.snapshots.values(block)).numpy() for block in blocks]
        )

    def prepare(self, x: Any, y: Any) -> None:
        """Trace :meth:`look`, for probe rows of these shapes.

        What is kept is called directly: to look up what is traced for some inputs takes half a millisecond.
        """
        if self.observe is None:
            self.probe.calibrate(x[:2])
            inputs = tf.TensorSpec(x.shape), tf.TensorSpec(y.shape), tf.TensorSpec((self.states, self.snapshots.width))
            self.observe = tf.function(self.look, autograph=False).get_concrete_function(*inputs)

    def read(self, x: Any, y: Any, snapshots: NDArray[np.float32], first: int = 0) -> Recorded:
        """Measure some states.

        TensorFlow rounds by other instructions at the ends of an array than in it. What is read of a state must not
        depend on how epochs are cut into chunks, and so each has a place of its own in a block, by its number.

        Args:
            x: (N, D) probe rows; y: (N, K) their encoded targets.
            snapshots: (C, W) of any number of states.
            first: the number of the first of them, among all that are read of a training.
        """
        self.prepare(x, y)
        x, y, start = tf.constant(x), tf.constant(y), first % self.states
        found = [
            self.block(x, y, snapshots[max(at, 0) : at + self.states], max(-at, 0))
            for at in range(-start, len(snapshots), self.states)
        ]
        observed = Observed(*map(np.concatenate, zip(*found, strict=True)))
        entries = self.snapshots.entries
        return self.probe.summarize(observed, self.rows, snapshots[:, :entries], snapshots[:, entries : 2 * entries])

    def block(self, x: Any, y: Any, snapshots: NDArray[np.float32], place: int) -> Observed:
        """What the rows say of at most R states, the first of which stands at ``place``."""
        mine = slice(place, place + len(snapshots))
        full = np.repeat(snapshots[:1], self.states, axis=0)  # anything will do beside them
        full[mine] = snapshots
        return Observed(*(part.numpy()[mine] for part in self.observe(x, y, tf.constant(full))))
