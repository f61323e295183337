"""Computes the learning rate of every step."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models.engine.instantiate import instantiate
from models.specs.schedules import ScheduleBase

BLOCK = 4096  # steps whose rates are computed at once


class LearningRates:
    """The rates of a job, by epoch and step.

    Args:
        rate: a number, or the spec of one of Keras's schedules.
        steps: S, steps of an epoch.
    """

    def __init__(self, rate: float | ScheduleBase, steps: int) -> None:
        self.steps = steps
        self.span = max(1, BLOCK // steps)  # epochs of a block
        self.constant = None if isinstance(rate, ScheduleBase) else np.float32(rate)
        if isinstance(rate, ScheduleBase):
            schedule = instantiate(rate)
            self.schedule: Any = tf.function(
                lambda numbers: tf.vectorized_map(schedule, numbers), input_signature=[tf.TensorSpec([None])]
            )

    def table(self, first: int, count: int) -> NDArray[np.float32]:
        """(E, S) the rates of ``count`` epochs, the first of which has number ``first``, from 1."""
        if self.constant is not None:
            return np.full((count, self.steps), self.constant, np.float32)
        numbers = range(first - 1, first - 1 + count)
        blocks = {at: self.block(at) for at in sorted({number // self.span for number in numbers})}
        return np.stack([blocks[number // self.span][number % self.span] for number in numbers])

    def block(self, at: int) -> NDArray[np.float32]:
        """(span, S) the rates of a block of epochs.

        A processor rounds the last entries of an array by other instructions than those before: an epoch's rates must
        not depend on how epochs are cut into chunks, and so are always computed at the same place of the same block.
        """
        start, size = at * self.span * self.steps, self.span * self.steps
        rates: NDArray[np.float32] = self.schedule(np.arange(start, start + size, dtype=np.float32)).numpy()
        return rates.reshape(self.span, self.steps)

    def last(self, first: int, count: int) -> NDArray[np.float64]:
        """(E,) the rate of the last step of each of these epochs."""
        return self.table(first, count)[:, -1].astype(np.float64)
