"""Validates a rubric as a whole, and against the rest of its assignment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from models.specs.geometry import data_shape
from models.specs.metrics import MetricBase
from models.specs.spec import Component, Path, concrete
from models.violation import Violation
from service.grading.rubric.checks import (
    Answer,
    BeatsBaseline,
    Check,
    ForbidsComponent,
    HasFinding,
    MetricCheck,
    NoFinding,
    UsesComponent,
)
from service.grading.rubric.checks.questions import MetricValue
from service.grading.rubric.components import missing, named, unknown

if TYPE_CHECKING:
    from service.grading.rubric.assignment import Assignment


def rubric_violations(assignment: Assignment) -> Iterator[Violation]:
    """The violations between the checks, and between them and the rest of the assignment."""
    taken: set[str] = set()
    for index, check in enumerate(assignment.rubric):
        at: Path = ("rubric", index)
        if check.name is not None and check.name in taken:
            yield Violation.at((*at, "name"), f"another check is called {check.name!r} already")
        taken.add(check.name or "")
        for violation in (*check.violations(), *_check(assignment, check)):
            yield violation.below(at)
    if assignment.max_score <= 0:
        yield Violation.at(("rubric",), "gives no points at all")


def _check(assignment: Assignment, check: Check) -> Iterator[Violation]:
    match check:
        case MetricCheck():
            yield from _metric(assignment, check.column, check.split, ())
        case BeatsBaseline():
            yield from _metric(assignment, check.column, check.split, ())
            yield from _beats(assignment, check)
        case Answer(question=MetricValue() as question):
            yield from _metric(assignment, question.column, question.split, ("question",))
        case NoFinding() | HasFinding():
            yield from _code(check.code)
        case UsesComponent() | ForbidsComponent():
            if named(check.kind, check.component) is None:
                yield Violation.at(("component",), unknown(check.kind, check.component))
        case _:
            pass


def _metric(assignment: Assignment, column: str, split: str, at: Path) -> Iterator[Violation]:
    """Require a metric that exists without arguments, and rows to measure it on."""
    plain = ["loss", *(cls.type_name() for cls in concrete(MetricBase) if _plain(cls))]
    if column not in plain:
        yield Violation.at((*at, "metric"), missing(column, plain, "among the metrics without arguments"))
    if split == "test" and not data_shape(assignment.graded_on).test_rows:
        yield Violation.at((*at, "split"), "the data that submissions are graded on have no test rows")


def _plain(cls: type[Component]) -> bool:
    """Whether it needs no arguments."""
    return not any(field.is_required() for name, field in cls.model_fields.items() if name != "type")


def _beats(assignment: Assignment, check: BeatsBaseline) -> Iterator[Violation]:
    """Require a baseline, and enough seeds for the level of the sign test."""
    if assignment.baseline is None:
        yield Violation.at((), "needs the assignment's baseline, and there is none")
    least = 2 / 2**assignment.seeds.count
    if check.level is not None and least > 1 - check.level:
        yield Violation.at(
            ("level",),
            f"{assignment.seeds.count} seeds cannot be surer than {1 - least:g}, even if all of them agree",
        )


def _code(code: str | None) -> Iterator[Violation]:
    from models.diagnoses.catalog import DIAGNOSES

    known = [rule.code for rule in DIAGNOSES]
    if code is not None and code not in known:
        yield Violation.at(("code",), missing(code, known, "among the diagnoses"))
