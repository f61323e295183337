"""Trains on a large table block by block, so that its rows are not held twice."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models.engine.data.rows import Rows
from models.engine.step.epoch import Epoch

BLOCK_BYTES = 32 * 2**20  # of rows that are laid out at once


class Streaming:
    """Runs epochs block by block; the steps are the same.

    Args:
        epoch: what is compiled.
        jit: whether XLA compiles it.
    """

    def __init__(self, epoch: Epoch, *, jit: bool) -> None:
        self.epoch = epoch
        self.block = tf.function(epoch.block, jit_compile=jit, autograph=False)

    def run(
        self, rows: Rows, order: NDArray[np.int32], rates: NDArray[np.float32], numbers: Any
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], Any]:
        """One epoch: history (1, H), clipping (1, 2) and the snapshot (1, W), the parts of a ``Chunk``.

        Args:
            rows: the job's rows.
            order: (N,) in which they are read.
            rates: (S,) of each step.
            numbers: (T,) the optimizer's numbers.
        """
        epoch = self.epoch
        metrics, batches = epoch.metrics, epoch.batches
        state, before = metrics.zero(), epoch.descent.packing.values()
        losses, clipping = np.zeros(batches.steps, np.float32), np.zeros(2)
        width = rows.x.shape[1] + rows.y.shape[1] + 1
        steps = max(1, BLOCK_BYTES // (4 * width * batches.size))
        for at in range(0, batches.steps, steps):
            part = order[at * batches.size : (at + steps) * batches.size]
            answer = self.block(rows.laid_out(part), rates[at : at + steps], numbers, *state)
            losses[at : at + steps] = answer[0]
            clipping += answer[1].numpy()
            before, state = list(answer[2 : 2 + len(before)]), list(answer[2 + len(before) :])
        history = [float(np.sum(losses.astype(np.float64) * batches.sizes)) / batches.rows]
        history += [float(value) for value in metrics.results(state)]
        if epoch.validated:
            history += [float(value) for value in epoch.validate(rows.test_x, rows.test_y)]
        recorded, shares = (np.asarray([row], np.float32) for row in (history, clipping / batches.steps))
        return recorded, shares, epoch.snapshots.take(before)[None]
