"""Checks what must hold between the parts of a job: only what could not train is refused.

Each family yields violations with pointers into the spec. The sizes come first: what they refuse is not even laid out.
"""

from __future__ import annotations

from collections.abc import Iterator

from models.specs.job import TrainingJobSpec
from models.specs.rules import layers, outputs, parts, rows, size, watching, weights
from models.violation import Violation


def violations(spec: TrainingJobSpec) -> Iterator[Violation]:
    """Everything that keeps ``spec`` from training."""
    first = [*size.unrolling(spec), *parts.violations(spec)]
    if first:
        yield from first
        return
    for family in (size, rows, layers, outputs, watching, weights):
        yield from family.violations(spec)
