"""Grades of all kinds in all formats."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from models.diagnoses.finding import Advice
from models.text import LocalizedText
from service.grading.exports import ags, codabench, gradescope
from service.grading.exports.outcome import Outcome
from service.grading.exports.table import COLUMNS, table
from service.grading.rubric.assignment import Assignment
from service.grading.rubric.grade import CheckResult, Grade, Late
from service.grading.rubric.visibility import seen_by_student
from tests.service.grading.exports.schema import validate

SEED = 3_141_592_653
AT = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
VISIBILITIES = ["visible", "after_due", "after_published", "hidden"]
SHARES = st.none() | st.floats(0, 1)


@st.composite
def results(draw: st.DrawFn, name: str) -> CheckResult:
    """What a check may give."""
    share = draw(SHARES)
    points = draw(st.integers(0, 100))
    text = draw(st.text(max_size=20))
    return CheckResult(
        type="metric",
        name=name,
        points=None if share is None else share * points,
        max_points=points,
        passed=draw(st.none() | st.booleans()),
        score=share,
        message=LocalizedText(en=f"{text} measured", es=f"{text} medido"),
        evidence={"value": draw(st.none() | st.floats(-9, 9)), "per_seed": {"values": [SEED, 1.0]}, "at_most": 3},
        visibility=draw(st.sampled_from(VISIBILITIES)),
        advice=[Advice(code="relu_he", text=LocalizedText(en="Take ReLU.", es="Usa ReLU."), patch=[])],
        error=draw(st.none() | st.just("KeyError: hidden")),
    )


@st.composite
def grades(draw: st.DrawFn) -> Grade:
    """A grade, with all that can be wrong with it."""
    checks = [draw(results(name)) for name in ["score", "budget", "other"][: draw(st.integers(1, 3))]]
    late = Late(late=True, seconds=7200, deducted=0.1) if draw(st.booleans()) else Late()
    return Grade(
        score=draw(st.none() | st.floats(0, 300)),
        raw_score=draw(st.none() | st.floats(0, 300)),
        max_score=sum(check.max_points for check in checks),
        checks=checks,
        seeds=[SEED],
        borderline=draw(st.booleans()),
        late=late,
        incomplete=draw(st.booleans()),
        failed_by_us=draw(st.booleans()),
        rules="2026.1",
    )


def outcome(grade: dict[str, Any] | None, status: str = "graded", author: str = "ana") -> Outcome:
    return Outcome("sub_1", "asg_1", author, status, grade, AT, "es")


ASSIGNMENT = Assignment.model_validate(
    {"title": "t", "data": {"source": "iris"}, "rubric": [{"type": "parameter_budget", "at_most": 9, "points": 1}]}
)


def seen(grade: Grade) -> dict[str, Any]:
    """As a student sees it before anything is published."""
    return seen_by_student(ASSIGNMENT, grade, now=AT, published=False)


@given(grades(), st.booleans())
def test_every_grade_can_be_written(grade: Grade, student: bool) -> None:
    found = outcome(seen(grade) if student else grade.model_dump(mode="json"))
    document = gradescope.results(found).model_dump(mode="json", exclude_none=True)
    validate(document, scored=found.score is not None)
    scores = codabench.scores(found)
    assert all(isinstance(value, int | float) for value in scores.values())
    sent = ags.score(found).model_dump(mode="json", exclude_none=True)
    assert ("scoreGiven" in sent) == ("scoreMaximum" in sent)
    rows = list(csv.DictReader(io.StringIO(table(found))))
    assert len(rows) == len(found.grade["checks"] if found.grade else [])
    written = [json.dumps(part, allow_nan=False) for part in (document, scores, sent, rows)]
    assert not [text for text in written if str(SEED) in text or "KeyError" in text]


@given(grades())
def test_what_is_hidden_is_told_to_no_class(grade: Grade) -> None:
    """A teacher's results are read by students where a platform shows them at once."""
    found = outcome(grade.model_dump(mode="json"))
    secret = {check.name for check in grade.checks if check.visibility != "visible"}
    document = gradescope.results(found)
    assert {test.name for test in document.tests if test.visibility == "visible"}.isdisjoint(secret)
    columns = {column.name for column in document.leaderboard or []}
    assert columns.isdisjoint(secret - {"score"})
    assert not secret or "score" not in columns
    assert {f"check_{name}" if name == "score" else name for name in secret}.isdisjoint(codabench.scores(found))
    comment = ags.score(found).comment or ""
    assert not [name for name in secret if f"{name}: " in comment]


def test_states_of_a_submission_as_a_score() -> None:
    grade = Grade(
        score=8.0,
        raw_score=8.0,
        max_score=10.0,
        checks=[],
        seeds=[],
        borderline=False,
        late=Late(),
        incomplete=False,
        failed_by_us=False,
        rules="2026.1",
    )
    whole = grade.model_dump(mode="json")
    cases: list[tuple[Outcome, str, str]] = [
        (outcome(None, "queued"), "Submitted", "Pending"),
        (outcome(None, "grading"), "Submitted", "Pending"),
        (outcome(None, "failed"), "Submitted", "Failed"),
        (outcome(None, "cancelled"), "Submitted", "NotReady"),
        (outcome(whole), "Completed", "FullyGraded"),
        (outcome(whole | {"incomplete": True}), "Completed", "PendingManual"),
        (outcome(whole | {"score": None, "failed_by_us": True}), "Completed", "Failed"),
    ]
    for found, activity, grading in cases:
        sent = ags.score(found)
        assert (sent.activityProgress, sent.gradingProgress) == (activity, grading)
        assert sent.timestamp == "2026-11-27T09:30:00.000Z"
        assert (sent.scoreGiven is None) == (found.score is None)


def test_no_spreadsheet_computes() -> None:
    grade = {
        "score": 1.0,
        "max_score": 2.0,
        "late": {"late": False, "seconds": 0.0, "deducted": 0.0},
        "incomplete": False,
        "rules": "2026.1",
        "checks": [
            {
                "type": "manual",
                "name": "report",
                "points": 1.0,
                "max_points": 2.0,
                "passed": False,
                "score": 0.5,
                "message": {"en": "-1", "es": "-1"},
                "evidence": {},
                "visibility": "visible",
                "findings": [],
                "advice": [],
            }
        ],
    }
    [row] = csv.DictReader(io.StringIO(table(outcome(grade, author="=HYPERLINK(1)"))))
    assert tuple(row) == COLUMNS
    assert (row["author"], row["message"], row["points"], row["passed"]) == ("'=HYPERLINK(1)", "'-1", "1", "false")
