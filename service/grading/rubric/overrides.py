"""Applies a teacher's override to a grade; kept apart from the marked grade, it outlasts every regrade."""

from __future__ import annotations

from typing import Any

from models.text import LocalizedText
from service.grading.rubric.assignment import Assignment
from service.grading.rubric.checks.manual import PASS
from service.grading.rubric.grade import CheckResult, Grade
from service.grading.rubric.marking import total

Override = dict[str, Any]  # {score, checks: name -> points, reason, at}


def points_of(override: Override | None) -> dict[str, float]:
    """The points that a teacher has given, by the names of the checks."""
    return {} if override is None else dict(override["checks"])


def overridden(assignment: Assignment, grade: Grade, override: Override | None) -> Grade:
    """Apply a teacher's override to a marked grade.

    Points for single checks go into the score as if they had been marked so, through the formula and with what
    lateness costs; a score stands for itself.

    Args:
        assignment: by which the grade was marked.
        grade: as it was marked.
        override: the teacher's, if there is one.
    """
    if override is None:
        return grade
    given = points_of(override)
    results = [_given(result, given[result.name]) if result.name in given else result for result in grade.checks]
    counted = total(assignment, grade.model_copy(update={"checks": results}))
    if override["score"] is None:
        return counted
    return counted.model_copy(update={"score": override["score"], "incomplete": False, "failed_by_us": False})


def _given(result: CheckResult, points: float) -> CheckResult:
    share = points / result.max_points if result.max_points else 1.0
    return result.model_copy(
        update={
            "points": points,
            "score": share,
            "passed": share >= PASS,
            "straddles": False,
            "error": None,
            "message": LocalizedText(
                en=f"The teacher gave {points:g} of {result.max_points:g} points.",
                es=f"El profesor dio {points:g} de {result.max_points:g} puntos.",
            ),
        }
    )
