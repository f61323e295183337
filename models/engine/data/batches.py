"""Cuts an epoch's rows into batches."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.engine.data.rows import Rows


@dataclass(frozen=True)
class Batches:
    """The batches of one epoch.

    The last batch is often shorter, and a step of another size would be traced and compiled a second time. Where the
    rows of a batch do not see each other it is filled up with its own rows at weight zero, which changes nothing.

    Attributes:
        rows: N, training rows.
        size: B, rows of a batch.
        fills: whether a short last batch is filled up.
    """

    rows: int
    size: int
    fills: bool

    @classmethod
    def of(cls, rows: Rows, batch_size: int, *, rowwise: bool) -> Batches:
        """The batches of a training.

        Args:
            rows: the job's rows.
            batch_size: the most rows of a batch.
            rowwise: whether the network's rows do not see each other (``Network.rowwise``).
        """
        total = rows.x.shape[0]
        size = min(batch_size, total)
        return cls(total, size, fills=total % size != 0 and not rows.large and rowwise)

    @property
    def steps(self) -> int:
        """Optimizer steps of an epoch."""
        return -(-self.rows // self.size)

    @property
    def last(self) -> int:
        """Rows of the last batch."""
        return self.rows - (self.steps - 1) * self.size

    @property
    def length(self) -> int:
        """Rows that are read in one epoch, the filling included."""
        return self.steps * self.size if self.fills else self.rows

    @cached_property
    def sizes(self) -> NDArray[np.float32]:
        """(S,) how many rows each step counts for."""
        return np.asarray([self.size] * (self.steps - 1) + [self.last], np.float32)

    @cached_property
    def shares(self) -> NDArray[np.float32]:
        """(length,) by what a row's weight is multiplied: Keras divides by B where only ``last`` rows count."""
        shares = np.ones(self.length, np.float32)
        if self.fills:
            at = (self.steps - 1) * self.size
            shares[at : at + self.last] = self.size / self.last
            shares[at + self.last :] = 0.0
        return shares

    def fill(self, orders: NDArray[np.int32]) -> NDArray[np.int32]:
        """(E, length) the orders (E, N) with the last batch filled up."""
        if not self.fills:
            return orders
        short = orders[:, (self.steps - 1) * self.size :]
        more = np.resize(np.arange(self.last), self.size - self.last)
        return np.concatenate([orders, short[:, more]], axis=1)
