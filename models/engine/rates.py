"""The learning rate of every step."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models.engine.instantiate import instantiate
from models.specs.schedules import ScheduleBase


class Rates:
    """The rates of a job, by epoch and step.

    Args:
        rate: a number, or the spec of one of Keras's schedules.
        steps: S, steps of an epoch.
    """

    def __init__(self, rate: float | ScheduleBase, steps: int) -> None:
        self.steps = steps
        self.constant = np.float32(rate) if isinstance(rate, int | float) else None
        if self.constant is None:
            schedule = instantiate(rate)  # type: ignore[arg-type]
            self.schedule: Any = tf.function(
                lambda numbers: tf.vectorized_map(schedule, numbers), input_signature=[tf.TensorSpec([None])]
            )

    def table(self, first: int, count: int) -> NDArray[np.float32]:
        """(E, S) the rates of ``count`` epochs, the first of which has number ``first`` (from 1; 0 has no steps)."""
        if self.constant is not None:
            return np.full((count, self.steps), self.constant, np.float32)
        at = max(0, first - 1) * self.steps
        numbers = np.arange(at, at + count * self.steps, dtype=np.float32)
        table: NDArray[np.float32] = self.schedule(numbers).numpy().reshape(count, self.steps)
        return table

    def last(self, first: int, count: int) -> NDArray[np.float64]:
        """(E,) the rate of the last step of each of these epochs."""
        return self.table(first, count)[:, -1].astype(np.float64)
