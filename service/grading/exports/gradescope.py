"""Writes a grade as Gradescope's ``results.json``, as its documentation describes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.grading.exports.outcome import CheckOutcome, Language, Outcome
from service.grading.rubric.checks import Visibility

Shown = Literal["visible", "after_due_date", "after_published", "hidden"]
TextFormat = Literal["text", "html", "simple_format", "md", "ansi"]

SHOWN: Final[dict[Visibility, Shown]] = {
    "visible": "visible",
    "after_due": "after_due_date",
    "after_published": "after_published",
    "hidden": "hidden",
}
LATE: Final[dict[Language, str]] = {
    "en": "Submitted {hours:.1f} hours late: {share:.0%} of the points are taken off.",
    "es": "Entregado con {hours:.1f} horas de retraso: se descuenta el {share:.0%} de los puntos.",
}
WAITS: Final[dict[Language, str]] = {
    "en": "Some checks are still open: they wait for the teacher, or for their day.",
    "es": "Algunas comprobaciones siguen abiertas: esperan al profesor o a su día.",
}


class Part(BaseModel):
    """A part of the document; members without a value are left out when it is written."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class GradescopeTest(Part):
    """One test case."""

    name: str
    name_format: TextFormat = "text"
    number: Annotated[str, Field(description="Decides where it stands.")]
    score: float | None = None
    max_score: float
    status: Literal["passed", "failed"] | None = None
    output: str
    output_format: TextFormat = "text"
    tags: list[str]
    visibility: Shown
    extra_data: dict[str, Any]


class GradescopeColumn(Part):
    """One column of the leaderboard."""

    name: str
    value: float
    order: Literal["asc", "desc"] = "desc"


class GradescopeResults(Part):
    """The whole document. Without a `score` no test has one either, so that nobody makes a sum of the rest."""

    score: float | None = None
    output: str
    output_format: TextFormat = "text"
    visibility: Shown = "visible"
    stdout_visibility: Shown = "hidden"
    tests: list[GradescopeTest]
    leaderboard: list[GradescopeColumn] | None = None
    extra_data: dict[str, Any]


def results(outcome: Outcome) -> GradescopeResults:
    """The grade for Gradescope, which shows each test when its visibility says so.

    The total is always told, because lateness, a formula or a teacher may make it differ from the sum of the tests.
    What stands on the leaderboard is open to the whole class: values of checks that are visible at once, and the score
    only where all of them are.
    """
    lines = list(outcome.lines())
    return GradescopeResults(
        score=outcome.score,
        output="\n".join(_words(outcome)),
        tests=[_test(number, line, scored=outcome.score is not None) for number, line in enumerate(lines, start=1)],
        leaderboard=list(_columns(outcome, lines)) or None,
        extra_data={
            "assignment": outcome.assignment_id,
            "submission": outcome.submission_id,
            "rules": None if outcome.grade is None else outcome.grade["rules"],
        },
    )


def _words(outcome: Outcome) -> Iterator[str]:
    """What concerns the whole submission."""
    late = {} if outcome.grade is None else outcome.grade["late"]
    if late.get("late"):
        yield LATE[outcome.language].format(hours=late["seconds"] / 3600, share=late["deducted"])
    if outcome.waits:
        yield WAITS[outcome.language]


def _test(number: int, line: CheckOutcome, *, scored: bool) -> GradescopeTest:
    status: Literal["passed", "failed"] | None = None if line.passed is None else "passed" if line.passed else "failed"
    return GradescopeTest(
        name=line.name,
        number=str(number),
        score=line.points if scored else None,
        max_score=line.max_points,
        status=status,
        output=line.text,
        tags=[line.type],
        visibility=SHOWN[line.visibility],
        extra_data={"type": line.type},
    )


def _columns(outcome: Outcome, lines: list[CheckOutcome]) -> Iterator[GradescopeColumn]:
    if outcome.score is not None and all(line.visibility == "visible" for line in lines):
        yield GradescopeColumn(name="score", value=outcome.score)
    for line in lines:
        if line.visibility == "visible" and line.value is not None and line.name != "score":
            order: Literal["asc", "desc"] = "asc" if line.less_is_better else "desc"
            yield GradescopeColumn(name=line.name, value=line.value, order=order)
