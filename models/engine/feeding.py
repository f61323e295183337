"""Training on more rows than are held twice: an epoch's rows are laid out in its order a block at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models.engine.epoch import Epoch
from models.engine.probe import OVERALL, PER_LAYER
from models.engine.rows import Rows

BLOCK_BYTES = 32 * 2**20  # of rows that are laid out at once


class Feeding:
    """Runs epochs block by block; the steps are the same.

    Args:
        epoch: what is compiled.
        jit: whether XLA compiles it.
    """

    def __init__(self, epoch: Epoch, *, jit: bool) -> None:
        self.epoch = epoch
        self.block = tf.function(epoch.block, jit_compile=jit, autograph=False)
        self.measure = tf.function(epoch.probe.measure, jit_compile=jit, autograph=False)

    def run(
        self, rows: Rows, order: NDArray[np.int32], rates: NDArray[np.float32], numbers: Any, number: int, every: int
    ) -> tuple[NDArray[np.float32], ...]:
        """One epoch: history (1, H), trace (1, Q, L) and whole-network quantities (1, G).

        Args:
            rows: the job's rows.
            order: (N,) in which they are read.
            rates: (S,) of each step.
            numbers: (T,) the optimizer's numbers.
            number: of the epoch; 0 trains nothing.
            every: epochs from one reading of the probe to the next.
        """
        epoch = self.epoch
        metering, batches = epoch.metering, epoch.batches
        state, before = metering.zero(), epoch.descent.packing.values()
        losses, clipping = np.zeros(batches.steps, np.float32), np.zeros(2)
        width = rows.x.shape[1] + rows.y.shape[1] + 1
        steps = max(1, BLOCK_BYTES // (4 * width * batches.size))
        for at in range(0, batches.steps if number > 0 else 0, steps):
            part = order[at * batches.size : (at + steps) * batches.size]
            answer = self.block(rows.laid_out(part), rates[at : at + steps], numbers, *state)
            losses[at : at + steps] = answer[0]
            clipping += answer[1].numpy()
            before, state = list(answer[2 : 2 + len(before)]), list(answer[2 + len(before) :])
        history = [float(np.sum(losses.astype(np.float64) * batches.sizes)) / batches.rows]
        history += [float(value) for value in metering.results(state)]
        if epoch.validated:
            history += [float(value) for value in epoch.validate(rows.test_x, rows.test_y)]
        packed, overall = np.zeros((len(PER_LAYER), len(epoch.probe.network.kernels))), np.zeros(len(OVERALL))
        if number % every == 0:
            packed, norm = self.measure(rows.probe_x, rows.probe_y, before, tf.constant(number == 0))
            overall = np.asarray([float(norm), *(clipping / batches.steps)])
        return tuple(np.asarray(values, np.float32)[None] for values in (history, packed, overall))
