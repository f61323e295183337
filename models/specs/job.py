"""Defines the spec of a whole training job: the unit that is hashed, queued, graded and shared."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from models.specs import limits
from models.specs.architecture import ArchitectureSpec
from models.specs.data import DataSpec
from models.specs.spec import WHOLE, Seed, Spec
from models.specs.training import TrainingSpec

Line = Annotated[str, Field(max_length=limits.MAX_TEXT)]
Key = Annotated[str, Field(min_length=1, max_length=limits.MAX_TEXT)]


class DiagnosticsSpec(Spec):
    """How closely a training is watched.

    Attributes:
        probe_size: training rows on which gradients are measured, always the same ones.
        every: epochs from one measurement to the next.
    """

    probe_size: Annotated[int, Field(ge=1, le=limits.MAX_PROBE), WHOLE] = 256
    every: Annotated[int, Field(ge=1, le=limits.MAX_EPOCHS), WHOLE] = 1


class TrainingJobSpec(Spec):
    """What to train, on what, how, and with which seed.

    Attributes:
        name: for people; decides nothing.
        seed: of everything random that has no seed of its own.
        labels: for people and lists; decide nothing.
    """

    name: Line | None = None
    data: DataSpec
    architecture: ArchitectureSpec
    training: TrainingSpec
    diagnostics: DiagnosticsSpec = DiagnosticsSpec()
    seed: Seed = 0
    labels: Annotated[dict[Key, Line], Field(max_length=limits.MAX_LABELS)] = Field(default_factory=dict)
