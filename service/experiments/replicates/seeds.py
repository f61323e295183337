"""Makes the replicates of a spec: the same spec with several seeds."""

from __future__ import annotations

from collections.abc import Sequence

from models.specs import limits
from models.specs.job import TrainingJobSpec


def seeds_from(first: int, count: int) -> list[int]:
    """The seeds from ``first`` on; behind the greatest follows 0.

    Example:
        >>> seeds_from(2**32 - 2, 3)
        [4294967294, 4294967295, 0]
    """
    return [(first + number) % (limits.MAX_SEED + 1) for number in range(count)]


def replicates(spec: TrainingJobSpec, seeds: Sequence[int]) -> list[TrainingJobSpec]:
    """The spec with each of the seeds."""
    return [spec.model_copy(update={"seed": seed}) for seed in seeds]
