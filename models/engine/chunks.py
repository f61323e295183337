"""Decides how many epochs are trained in one call."""

from __future__ import annotations

from dataclasses import dataclass

from models.specs import geometry
from models.specs.job import TrainingJobSpec

SECONDS = 0.25  # of a chunk: progress, cancelling and storing stay prompt
STEP, FLOP = 5e-5, 5e-11  # seconds that a step of a new shape, and an operation in it, are thought to take at most
QUICK = 0.1  # seconds of a whole training, which is over before anybody has seen its progress


@dataclass(frozen=True)
class Chunks:
    """Cuts a training's epochs into chunks, by what an epoch takes.

    A chunk is about ``SECONDS`` long and at most a quarter of all epochs, so that it is read while others are trained.
    A training that is known to be ``QUICK`` has two: each costs the threads a few exchanges.

    Attributes:
        epochs: of the training.
        together: how many are read at once; a chunk that is long enough ends where that many do.
        capacity: the most of a chunk.
        guess: seconds of an epoch, rather too many.
    """

    epochs: int
    together: int
    capacity: int
    guess: float

    @classmethod
    def of(cls, spec: TrainingJobSpec, states: int, capacity: int) -> Chunks:
        """The chunks of a job of which ``states`` states are read at once."""
        cost, epochs = geometry.cost(spec), spec.training.epochs
        guess = (cost.steps * STEP + cost.flops * FLOP) / epochs
        return cls(epochs, states * spec.diagnostics.every, capacity, guess)

    def first(self, done: int, pace: float | None) -> int:
        """Epochs of the first chunk after ``done`` of them.

        Args:
            done: epochs before it.
            pace: the seconds of an epoch, or None where nobody knows.
        """
        if pace is None:
            pace = self.guess
        elif self.quick(pace):
            return self.next(done, pace)
        return self.cut(max(1, min(int(SECONDS / 8 / pace), self.epochs // 8)), done)

    def next(self, done: int, pace: float) -> int:
        """Epochs of another chunk."""
        return self.cut(max(1, min(self.most(pace), int(SECONDS / pace))), done)

    def most(self, pace: float | None) -> int:
        """The most epochs of a chunk; orders of rows for so many are prepared."""
        size = -(-self.epochs // (2 if self.quick(pace) else 4))
        whole = -(-size // self.together) * self.together if size > self.together else size
        return min(whole, self.capacity)

    def quick(self, pace: float | None) -> bool:
        """Whether the whole training is known to be ``QUICK``."""
        return pace is not None and pace * self.epochs <= QUICK

    def cut(self, size: int, done: int) -> int:
        """``size`` epochs, or as many that the next chunk begins with those that are read together."""
        return min(aligned(size, done, self.together), self.capacity)


def aligned(size: int, done: int, span: int) -> int:
    """Epochs of a chunk, so that the next one begins with those that are read together from a multiple of ``span`` on.

    As many as fit into the chunk, or up to an eighth more than it has.

    Example:
        >>> aligned(150, 63, 64), aligned(150, 1, 64), aligned(60, 0, 64), aligned(20, 63, 64)
        (128, 126, 63, 20)
    """
    if size >= span:
        return size - (done + size + 1) % span
    missing = -(done + size + 1) % span
    return size + missing if 8 * missing <= size else size
