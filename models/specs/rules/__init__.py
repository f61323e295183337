"""What must hold between the parts of a job: only what could not train is refused.

Each family yields problems with paths into the spec. The sizes come first: what they refuse is not even laid out.
"""

from __future__ import annotations

from collections.abc import Iterator

from models.specs.job import TrainingJobSpec
from models.specs.rules import layers, outputs, parts, rows, size, watching, weights
from models.specs.spec import Problem


def problems(spec: TrainingJobSpec) -> Iterator[Problem]:
    """Everything that keeps ``spec`` from training."""
    first = [*size.unrolling(spec), *parts.problems(spec)]
    if first:
        yield from first
        return
    for family in (size, rows, layers, outputs, watching, weights):
        yield from family.problems(spec)
