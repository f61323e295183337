"""Turns a patched document into a spec that may be trained beside the base, or says why it may not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from models.diagnoses.judge import lint
from models.specs.canonical import canonical
from models.specs.check import InvalidSpec, parse
from models.specs.geometry import job_shape, layout, steps
from models.specs.job import TrainingJobSpec
from models.trials.changes import Change, changes
from models.violation import Violation

KEPT = (  # what runs must share to be compared
    ("seed",),
    ("data", "source"),
    ("data", "split"),
    ("training", "metrics"),
    ("diagnostics",),
)
PENALTIES = ("kernel_regularizer", "bias_regularizer", "activity_regularizer")


class Unfit(Exception):
    """A document that cannot be tried against the base.

    Attributes:
        errors: why: what is wrong with the spec, or which part must stay as it is.
    """

    def __init__(self, errors: Sequence[Violation]) -> None:
        super().__init__("; ".join(f"{error.pointer}: {error.detail}" for error in errors))
        self.errors = list(errors)


@dataclass(frozen=True)
class Proposal:
    """A spec to be trained beside the base.

    Attributes:
        spec: with the base's seed, and as many epochs as make the base's number of optimizer steps.
        changes: what differs from the base, without the epochs that this needed.
        gate: codes of errors that the specification stage finds in it and not in the base: it is not worth training.
        same_steps: whether it is given the base's number of optimizer steps, as exactly as whole epochs allow.
        same_loss: whether its loss is the same function as the base's, so that their values can be compared.
    """

    spec: TrainingJobSpec
    changes: list[Change]
    gate: list[str]
    same_steps: bool
    same_loss: bool


def propose(base: TrainingJobSpec, document: Any) -> Proposal:
    """What becomes of the base when its canonical document is changed to this one.

    A patch that changes the batch changes the number of steps in an epoch; it gets the epochs that make up for it.
    One that sets the epochs means to train longer or shorter, and does.

    Raises:
        Unfit: the document is no valid spec, or changes what the runs must share.
    """
    try:
        spec = parse(document)
    except InvalidSpec as invalid:
        raise Unfit(invalid.errors) from None
    shown, before = canonical(spec), canonical(base)
    moved = [path for path in KEPT if _at(shown, path) != _at(before, path)]
    if moved:
        raise Unfit([Violation.at(path, "must stay as it is, or runs do not compare") for path in moved])
    made = changes(base, spec)
    longer = any(change.kind == "epochs" for change in made)
    if not longer:
        spec = _in_steps(spec, steps(base))
    errors = {finding.code for finding in lint(base) if finding.severity == "error"}
    gate = [found.code for found in lint(spec) if found.severity == "error" and found.code not in errors]
    return Proposal(spec, made, list(dict.fromkeys(gate)), not longer, _loss(spec) == _loss(base))


def _in_steps(spec: TrainingJobSpec, wanted: int) -> TrainingJobSpec:
    """The spec with the epochs that come nearest to so many optimizer steps, at least one."""
    if steps(spec) == wanted:
        return spec
    per_epoch = ceil(job_shape(spec).train_rows / spec.training.batch_size)
    training = spec.training.model_copy(update={"epochs": max(1, round(wanted / per_epoch))})
    try:
        return parse(canonical(spec.model_copy(update={"training": training})))
    except InvalidSpec as invalid:
        raise Unfit(invalid.errors) from None


def _loss(spec: TrainingJobSpec) -> tuple[Any, ...]:
    """All that decides what a value of the loss means."""
    penalties = [getattr(layer.spec, name, None) for layer in layout(spec) for name in PENALTIES]
    held = [penalty for penalty in penalties if penalty is not None]
    return spec.training.loss, spec.training.class_weight, held


def _at(document: Any, path: Sequence[str]) -> Any:
    for key in path:
        document = document[key]
    return document
