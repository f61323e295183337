"""Validates an assignment as a whole: rules that no single part can check by itself."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from models.pointers import tokens
from models.specs import limits
from models.specs.geometry import DataShape, data_shape
from models.specs.job import TrainingJobSpec
from models.specs.losses import MeanSquaredError, SparseCategoricalCrossentropy
from models.specs.rules import violations as spec_violations
from models.specs.rules.parts import walk
from models.specs.spec import Path
from models.violation import Violation
from service.grading.rubric.components import named, unknown
from service.grading.rubric.constraints import RULED
from service.grading.rubric.fixed import fixing_error
from service.grading.rubric.formula import WrongFormula, verify
from service.grading.rubric.rubric_validation import rubric_violations

if TYPE_CHECKING:
    from models.specs.data import DataSpec
    from service.grading.rubric.assignment import Assignment


def violations(assignment: Assignment) -> list[Violation]:
    """Everything that is wrong with an assignment, with pointers into it; empty if it can be posted."""
    return list(islice(_violations(assignment), limits.MAX_ERRORS))


def _violations(assignment: Assignment) -> Iterator[Violation]:
    if not (assignment.statement.en or assignment.statement.es) and "statement" in assignment.model_fields_set:
        yield Violation.at(("statement",), "is empty in both languages")
    yield from _data(assignment)
    yield from _policies(assignment)
    yield from _constraints(assignment)
    yield from rubric_violations(assignment)
    yield from _formula(assignment)
    yield from _baseline(assignment)


def _data(assignment: Assignment) -> Iterator[Violation]:
    """Require tables that can be trained on, and hidden rows of the same shape as the public ones."""
    public = list(_of_data(assignment.data, "data"))
    hidden = [] if assignment.hidden_data is None else list(_of_data(assignment.hidden_data, "hidden_data"))
    yield from public
    yield from hidden
    if public or hidden or assignment.hidden_data is None:
        return
    for classifies in (False, True):
        here, there = (_shape(data, classifies=classifies) for data in (assignment.data, assignment.hidden_data))
        if (here.n_features, here.task, here.n_targets) != (there.n_features, there.task, there.n_targets):
            yield Violation.at(
                ("hidden_data",),
                f"has {there.n_features} features and {_targets(there)}, the public data have {here.n_features} and "
                f"{_targets(here)}",
            )
            return
        if here.classes != there.classes:
            yield Violation.at(("hidden_data",), "has other classes than the public data")
            return


def _of_data(data: DataSpec, name: str) -> Iterator[Violation]:
    """The violations of a table by the rules of specs, tried with the simplest network for it."""
    own = [violation.below(path) for path, part in walk(data, (name,)) for violation in part.violations()]
    if own:
        yield from own
        return
    for violation in spec_violations(_probe(data)):
        match tokens(violation.pointer):
            case ["data", *inside]:
                yield Violation.at((name, *inside), violation.detail)


def _probe(data: DataSpec) -> TrainingJobSpec:
    shape = data_shape(data)
    values = shape.classes is None
    return TrainingJobSpec.model_validate(
        {
            "data": data,
            "architecture": {"layers": [{"type": "dense", "units": max(1, min(shape.n_targets, limits.MAX_UNITS))}]},
            "training": {"loss": "mse" if values else "sparse_categorical_crossentropy", "epochs": 1},
        }
    )


def _shape(data: DataSpec, *, classifies: bool) -> DataShape:
    """The shape of a table, as a loss for classes reads it, or another one."""
    return data_shape(data, SparseCategoricalCrossentropy() if classifies else MeanSquaredError())


def _targets(shape: DataShape) -> str:
    return f"{shape.n_targets} {'target values' if shape.classes is None else 'classes'}"


def _policies(assignment: Assignment) -> Iterator[Violation]:
    for violation in assignment.seeds.violations():
        yield violation.below(("seeds",))
    opens, due = assignment.opens_at, assignment.due_at
    if opens is not None and due is not None and due <= opens:
        yield Violation.at(("due_at",), "must be after opens_at")


def _constraints(assignment: Assignment) -> Iterator[Violation]:
    """Require known names of components, and parts that can be fixed."""
    rules = assignment.constraints
    for kind in RULED:
        for field in (f"allowed_{kind}", f"forbidden_{kind}"):
            for index, name in enumerate(getattr(rules, field) or ()):
                if named(kind, name) is None:
                    yield Violation.at(("constraints", field, index), unknown(kind, name))
    for fixed, value in rules.fixed.items():
        if reason := fixing_error(fixed, value):
            yield Violation.at(("constraints", "fixed", fixed), reason)


def _formula(assignment: Assignment) -> Iterator[Violation]:
    if assignment.formula is None:
        return
    try:
        verify(assignment.formula, [check.called for check in assignment.checks])
    except WrongFormula as wrong:
        yield Violation.at(("formula",), str(wrong))


def _baseline(assignment: Assignment) -> Iterator[Violation]:
    baseline = assignment.baseline
    if baseline is None:
        return
    at: Path = ("baseline",)
    if baseline.data != assignment.data:
        yield Violation.at((*at, "data"), "must be the assignment's data, or be left out")
        return
    for violation in spec_violations(baseline):
        yield violation.below(at)
