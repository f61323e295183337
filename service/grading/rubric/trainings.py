"""Builds the trainings of a grading: the submitted spec and the baseline on hidden data, with each hidden seed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeVar

from models.specs import limits
from models.specs.canonical import spec_hash
from models.specs.geometry import layout
from models.specs.job import DiagnosticsSpec, TrainingJobSpec
from models.specs.layers import Dense
from models.specs.metrics import MetricBase
from models.specs.spec import Path, Spec, concrete
from service.experiments.replicates.seeds import replicates
from service.grading.rubric.checks import Answer, BeatsBaseline, MetricCheck
from service.grading.rubric.checks.questions import MetricValue
from service.grading.rubric.fixed import path_of

if TYPE_CHECKING:
    from service.grading.rubric.assignment import Assignment

PROBE_SIZE: Final = 256
Part = TypeVar("Part", bound=Spec)


class Role(StrEnum):
    """The purpose of a training."""

    MAIN = "main"  # the submitted spec
    BASELINE = "baseline"  # the assignment's baseline, which some check compares with
    REPEAT = "repeat"  # the submitted spec and the first seed once more, to see whether it reproduces


@dataclass(frozen=True)
class RequiredTraining:
    """One training that a grading needs.

    Attributes:
        role: its purpose.
        seed: the seed that it begins with.
        spec: the whole spec, with name and labels for people.
        spec_hash: trainings with the same hash are the same.
    """

    role: Role
    seed: int
    spec: TrainingJobSpec
    spec_hash: str

    @property
    def key(self) -> tuple[str, int]:
        """What identifies it within its grading."""
        return self.role, self.seed


def required_trainings(
    assignment: Assignment, spec: TrainingJobSpec, seeds: Sequence[int], labels: dict[str, str]
) -> list[RequiredTraining]:
    """The trainings of a submitted spec, in the order of the queue.

    Args:
        assignment: with the hidden data and the rubric.
        spec: as submitted.
        seeds: hidden.
        labels: of the jobs.
    """
    own = _named(prepared(assignment, spec), assignment.title, labels)
    found = list(_replicates(Role.MAIN, own, seeds))
    if assignment.needs_repeat:
        found.append(RequiredTraining(Role.REPEAT, seeds[0], found[0].spec, found[0].spec_hash))
    if assignment.needs_baseline and assignment.baseline is not None:
        base = _named(prepared(assignment, assignment.baseline), f"{assignment.title}: baseline", labels)
        found += _replicates(Role.BASELINE, base, seeds)
    return found


def prepared(assignment: Assignment, spec: TrainingJobSpec) -> TrainingJobSpec:
    """The spec as it is graded; its seed is 0, to be replaced by the hidden ones.

    The hidden data are in place. What decides nothing, or would let a submission choose its luck, is dropped: name,
    labels, the seed, and the seeds of single initializers and layers, unless the assignment fixes them. Metrics that
    the rubric reads are measured, and the trace is recorded as closely as it may be.

    Args:
        assignment: whose rules.
        spec: as submitted.
    """
    kept = [path_of(pointer) for pointer in assignment.constraints.fixed]
    architecture = _unseeded(spec.architecture, ("architecture",), kept)
    named = {metric.type for metric in spec.training.metrics}
    missing = tuple(_metric(name) for name in required_metrics(assignment) if name not in named)
    training = spec.training.model_copy(update={"metrics": (*spec.training.metrics, *missing)})
    kernels = sum(isinstance(layer.spec, Dense) for layer in layout(spec))
    rows = max(1, limits.MAX_TRACE_CELLS // max(1, kernels) - 2)
    return TrainingJobSpec(
        data=assignment.graded_on,
        architecture=architecture,
        training=training,
        diagnostics=DiagnosticsSpec(probe_size=PROBE_SIZE, every=math.ceil(training.epochs / rows)),
        seed=0,
    )


def required_metrics(assignment: Assignment) -> list[str]:
    """The columns beside the loss that the rubric reads, each once."""
    return [name for name in dict.fromkeys(_columns(assignment)) if name != "loss"]


def _columns(assignment: Assignment) -> Iterator[str]:
    for check in assignment.rubric:
        match check:
            case MetricCheck() | BeatsBaseline():
                yield check.column
            case Answer(question=MetricValue() as question):
                yield question.column
            case _:
                pass


def _metric(name: str) -> MetricBase:
    found = next(cls for cls in concrete(MetricBase) if cls.type_name() == name)
    metric = found.model_validate({"type": name})
    assert isinstance(metric, MetricBase)
    return metric


def _unseeded(part: Part, path: Path, kept: list[Path]) -> Part:
    """A part without the seeds below it, but for those that are kept."""
    changes: dict[str, object] = {}
    for name in type(part).model_fields:
        value, here = getattr(part, name), (*path, name)
        if name == "seed" and value is not None and not any(here[: len(keep)] == keep for keep in kept):
            changes[name] = None
        elif isinstance(value, Spec):
            changes[name] = _unseeded(value, here, kept)
        elif isinstance(value, tuple) and value and isinstance(value[0], Spec):
            changes[name] = tuple(_unseeded(item, (*here, i), kept) for i, item in enumerate(value))
    return part.model_copy(update=changes)


def _replicates(role: Role, spec: TrainingJobSpec, seeds: Sequence[int]) -> Iterator[RequiredTraining]:
    for seed, replicate in zip(seeds, replicates(spec, seeds), strict=True):
        yield RequiredTraining(role, seed, replicate, spec_hash(replicate))


def _named(spec: TrainingJobSpec, name: str, labels: dict[str, str]) -> TrainingJobSpec:
    return spec.model_copy(update={"name": name[: limits.MAX_TEXT], "labels": labels})
