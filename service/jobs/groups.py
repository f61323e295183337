"""Cuts jobs into groups: replicates of one spec that one slot trains one after the other, compiling once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models.specs.geometry import cost
from models.specs.job import TrainingJobSpec

# A slot that claims the first of a group trains all of it: about two seconds on one processor.
MOST_STEPS = 64_000
MOST_FLOPS = 200_000_000_000


def job_groups(specs: Sequence[TrainingJobSpec]) -> Iterator[int]:
    """Yield the sizes of the groups into which jobs are cut, in their order.

    A group is neighbours that differ in their seeds alone (names and labels do not matter) and are short together.

    Example:
        >>> from models.presets import presets
        >>> from models.specs.check import parse
        >>> tanh, relu = (parse(presets()[name].document) for name in ("S2", "S3"))
        >>> list(job_groups([tanh, tanh.model_copy(update={"seed": 7}), relu]))
        [2, 1]
    """
    at = 0
    while at < len(specs):
        kind, whole = _kind(specs[at]), cost(specs[at])
        most = min(MOST_STEPS // max(whole.steps, 1), MOST_FLOPS // max(whole.flops, 1))
        size = 1
        while size < most and at + size < len(specs) and _kind(specs[at + size]) == kind:
            size += 1
        yield size
        at += size


def _kind(spec: TrainingJobSpec) -> TrainingJobSpec:
    return spec.model_copy(update={"seed": 0, "name": None, "labels": {}})
