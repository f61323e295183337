"""Writes a grade as Gradescope's ``results.json``, as its documentation describes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from models.frozen import Frozen
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


class GradescopeTest(Frozen):
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


class GradescopeColumn(Frozen):
    """One column of the leaderboard."""

    name: str
    value: float
    order: Literal["asc", "desc"] = "desc"


class GradescopeResults(Frozen):
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
    checks = list(outcome.checks())
    return GradescopeResults(
        score=outcome.score,
        output="\n".join(_summary(outcome)),
        tests=[_test(number, check, scored=outcome.score is not None) for number, check in enumerate(checks, start=1)],
        leaderboard=list(_columns(outcome, checks)) or None,
        extra_data={
            "assignment": outcome.assignment_id,
            "submission": outcome.submission_id,
            "rules": None if outcome.grade is None else outcome.grade["rules"],
        },
    )


def _summary(outcome: Outcome) -> Iterator[str]:
    """The lines about the submission as a whole."""
    late = {} if outcome.grade is None else outcome.grade["late"]
    if late.get("late"):
        yield LATE[outcome.language].format(hours=late["seconds"] / 3600, share=late["deducted"])
    if outcome.waits:
        yield WAITS[outcome.language]


def _test(number: int, check: CheckOutcome, *, scored: bool) -> GradescopeTest:
    status: Literal["passed", "failed"] | None = (
        None if check.passed is None else "passed" if check.passed else "failed"
    )
    return GradescopeTest(
        name=check.name,
        number=str(number),
        score=check.points if scored else None,
        max_score=check.max_points,
        status=status,
        output=check.text,
        tags=[check.type],
        visibility=SHOWN[check.visibility],
        extra_data={"type": check.type},
    )


def _columns(outcome: Outcome, checks: list[CheckOutcome]) -> Iterator[GradescopeColumn]:
    if outcome.score is not None and all(check.visibility == "visible" for check in checks):
        yield GradescopeColumn(name="score", value=outcome.score)
    for check in checks:
        if check.visibility == "visible" and check.value is not None and check.name != "score":
            order: Literal["asc", "desc"] = "asc" if check.less_is_better else "desc"
            yield GradescopeColumn(name=check.name, value=check.value, order=order)
