"""Holds the evidence for marking a submission: its spec and the results of its trainings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from models.specs.job import TrainingJobSpec

if TYPE_CHECKING:
    from models.diagnoses.finding import Diagnosis
    from models.record import Record

Split = Literal["train", "test"]
Aggregate = Literal["median", "lower_bound", "mean", "worst"]


@dataclass(frozen=True)
class Training:
    """One seed's succeeded training; one that diverged has succeeded, too.

    Attributes:
        seed: the hidden seed.
        metrics: split -> metric -> value, as the result of a job has them; null where a number is not finite.
        stop_reason: completed, diverged or early_stopped.
        record: history and trace.
        diagnosis: what was found.
        parameters: total, trainable and non_trainable.
        weights_digest: of the trained weights.
    """

    seed: int
    metrics: Mapping[str, Mapping[str, float | None]]
    stop_reason: str
    record: Record
    diagnosis: Diagnosis
    parameters: Mapping[str, int]
    weights_digest: str

    @property
    def diverged(self) -> bool:
        """Whether its loss became infinite or NaN."""
        return self.stop_reason == "diverged"


@dataclass(frozen=True)
class Evidence:
    """All that the checks of a submission may read.

    Attributes:
        spec: as submitted, made ready for grading: hidden data in place.
        trainings: one a seed, in the order of the seeds.
        baseline: trainings of the assignment's baseline with the same seeds; only where a check compares with it.
        repeats: weights digests of further trainings with the first seed; only where a check asks for them.
        answers: what the author answered, by the name of the check that asks.
        manual: points that a teacher has given, by the name of the check.
        aggregate: how one number is made of those of all seeds, where a check does not say it itself.
    """

    spec: TrainingJobSpec
    trainings: Sequence[Training]
    baseline: Sequence[Training] = ()
    repeats: Sequence[str] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)
    manual: Mapping[str, float] = field(default_factory=dict)
    aggregate: Aggregate = "median"


class Unmeasured(Exception):
    """Something that a check reads was not measured, which is not the author's fault."""
