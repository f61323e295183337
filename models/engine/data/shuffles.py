"""Shuffles a job's training rows anew for each epoch, ahead of the epochs that read them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.specs.job import TrainingJobSpec

SHUFFLE = 1  # stream of random numbers that belongs to a job's seed; the weights' are Keras's own


class Shuffles:
    """Makes the orders in which a job's epochs read their rows, one after the other.

    Args:
        spec: the job.
        rows: N, its training rows.
        done: epochs that have been trained.
    """

    def __init__(self, spec: TrainingJobSpec, rows: int, done: int) -> None:
        self.spec = spec
        self.rows = rows
        self.next = done + 1
        self.made = permutations(spec, rows, self.next, 0)

    def prepare(self, count: int) -> None:
        """Make those of the next ``count`` epochs, as far as there are so many."""
        held = len(self.made)
        missing = min(count, self.spec.training.epochs + 1 - self.next) - held
        if missing > 0:
            made = permutations(self.spec, self.rows, self.next + held, missing)
            self.made = np.concatenate([self.made, made]) if held else made

    def take(self, count: int) -> NDArray[np.int32]:
        """(E, N) those of the next ``count`` epochs, or of as many as are left."""
        self.prepare(count)
        taken, self.made = self.made[:count], self.made[count:]
        self.next += len(taken)
        return taken


def permutations(spec: TrainingJobSpec, rows: int, first: int, count: int) -> NDArray[np.int32]:
    """The order (E, N) of the training rows in ``count`` epochs from epoch ``first`` on.

    Each epoch has a random stream of its own: the order does not depend on how epochs are cut into chunks.
    """
    orders = np.tile(np.arange(rows, dtype=np.int32), (count, 1))
    if spec.training.shuffle:
        for order, epoch in zip(orders, range(first, first + count), strict=True):
            np.random.default_rng([spec.seed, SHUFFLE, epoch]).shuffle(order)
    return orders
