"""The trainings that a grading asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from models.specs import limits
from models.specs.canonical import spec_hash
from models.specs.job import TrainingJobSpec
from service.experiments.replicates.seeds import replicates
from service.grading.rubric.assignment import Assignment
from service.grading.rubric.preparing import prepared


class Role(StrEnum):
    """What a training is for."""

    MAIN = "main"  # the submitted spec
    BASELINE = "baseline"  # the assignment's baseline, which some check compares with
    REPEAT = "repeat"  # the submitted spec and the first seed once more: whether it repeats


@dataclass(frozen=True)
class Wanted:
    """One training.

    Attributes:
        role: what it is for.
        seed: with which it begins.
        spec: what is trained, with name and labels for people.
        key: the spec's hash; trainings with the same are the same.
    """

    role: Role
    seed: int
    spec: TrainingJobSpec
    key: str

    @property
    def place(self) -> tuple[str, int]:
        """By what a grading finds it."""
        return self.role, self.seed


def trainings(
    assignment: Assignment, spec: TrainingJobSpec, seeds: Sequence[int], labels: dict[str, str]
) -> list[Wanted]:
    """What is to be trained for a submitted spec, in the order of the queue.

    Args:
        assignment: with the hidden data and the rubric.
        spec: as submitted.
        seeds: hidden.
        labels: of the jobs.
    """
    own = _named(prepared(assignment, spec), assignment.title, labels)
    found = list(_replicas(Role.MAIN, own, seeds))
    if assignment.needs_repeat:
        found.append(Wanted(Role.REPEAT, seeds[0], found[0].spec, found[0].key))
    if assignment.needs_baseline and assignment.baseline is not None:
        base = _named(prepared(assignment, assignment.baseline), f"{assignment.title}: baseline", labels)
        found += _replicas(Role.BASELINE, base, seeds)
    return found


def _replicas(role: Role, spec: TrainingJobSpec, seeds: Sequence[int]) -> Iterator[Wanted]:
    for seed, replica in zip(seeds, replicates(spec, seeds), strict=True):
        yield Wanted(role, seed, replica, spec_hash(replica))


def _named(spec: TrainingJobSpec, name: str, labels: dict[str, str]) -> TrainingJobSpec:
    return spec.model_copy(update={"name": name[: limits.MAX_TEXT], "labels": labels})
