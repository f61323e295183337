"""Defines an assignment, the document that a teacher posts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator, Field, Strict, model_validator
from typing_extensions import TypeAliasType

from models.specs.data import DataSpec
from models.specs.job import Line, TrainingJobSpec
from models.specs.spec import LIST, Spec
from service.grading.rubric.checks import BeatsBaseline, Check, CheckUnion, Reproduces
from service.grading.rubric.policies import LateUnion, NoPenalty, Quota, SeedPolicy
from service.grading.rubric.restrictions import Constraints

MOST_CHECKS = 50
LONGEST = 20_000  # characters of a statement
LONGEST_FORMULA = 500

Moment = TypeAliasType("Moment", Annotated[AwareDatetime, Strict(strict=False)])
Long = Annotated[str, Field(max_length=LONGEST)]


class Statement(Spec):
    """What is to be done, in one language or both."""

    en: Long = ""
    es: Long = ""


def _statement(value: object) -> object:
    """A plain string is the statement in both languages."""
    return {"en": value, "es": value} if isinstance(value, str) else value


class Assignment(Spec):
    """What is asked, on which data, with which seeds, and how it is marked.

    Attributes:
        statement: for students.
        data: what students see.
        hidden_data: what submissions are graded on; null: the public data.
        seeds: how often a submission is trained.
        constraints: what a submission must keep; one that does not is refused and costs no try.
        rubric: the checks.
        formula: the grade as a share of all points from 0 to 1: a CEL expression over the checks' scores by their
            names; null: the sum of their points.
        baseline: the spec that ``beats_baseline`` compares with; its data are those of the assignment.
        opens_at: before which nothing is accepted.
        due_at: after which a submission is late.
        late: what happens then; null: nothing.
    """

    title: Annotated[Line, Field(min_length=1)]
    statement: Annotated[Statement, BeforeValidator(_statement)] = Statement()
    data: DataSpec
    hidden_data: DataSpec | None = None
    seeds: SeedPolicy = SeedPolicy()
    constraints: Constraints = Constraints()
    rubric: Annotated[tuple[CheckUnion, ...], LIST, Field(min_length=1, max_length=MOST_CHECKS)]
    formula: Annotated[str, Field(min_length=1, max_length=LONGEST_FORMULA)] | None = None
    baseline: TrainingJobSpec | None = None
    quota: Quota = Quota()
    opens_at: Moment | None = None
    due_at: Moment | None = None
    late: LateUnion | None = None

    @model_validator(mode="before")
    @classmethod
    def _baseline_on_its_data(cls, value: Any) -> Any:
        """A baseline without data is trained on the assignment's."""
        if not isinstance(value, Mapping) or not isinstance(value.get("baseline"), Mapping):
            return value
        baseline = {"data": value.get("data"), **value["baseline"]}
        return {**value, "baseline": baseline}

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """The rubric, in which every check has a name."""
        taken = {check.name for check in self.rubric}
        counts: Counter[str] = Counter()
        found: list[Check] = []
        for check in self.rubric:
            name = check.name
            while name is None or (check.name is None and name in taken):
                counts[check.type] += 1
                name = check.type if counts[check.type] == 1 else f"{check.type}_{counts[check.type]}"
            taken.add(name)
            found.append(check.model_copy(update={"name": name}))
        return tuple(found)

    @property
    def graded_on(self) -> DataSpec:
        """The data that submissions are trained on."""
        return self.hidden_data or self.data

    @property
    def max_score(self) -> float:
        """The points of all checks."""
        return sum(check.points for check in self.rubric)

    @property
    def lateness_policy(self) -> LateUnion:
        """What happens after the due date."""
        return self.late or NoPenalty()

    @property
    def needs_baseline(self) -> bool:
        """Whether the baseline is trained with every seed."""
        return any(isinstance(check, BeatsBaseline) for check in self.rubric)

    @property
    def needs_repeat(self) -> bool:
        """Whether the first seed is trained a second time."""
        return any(isinstance(check, Reproduces) for check in self.rubric)
