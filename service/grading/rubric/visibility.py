"""Decides which parts of a grade a student sees."""

from __future__ import annotations

from datetime import datetime
from math import fsum
from typing import TYPE_CHECKING, Any, Final

from models.text import LocalizedText
from service.grading.rubric.checks import Visibility
from service.grading.rubric.grade import CheckResult, Grade

if TYPE_CHECKING:
    from service.grading.rubric.assignment import Assignment

PRIVATE: Final = frozenset({"per_seed"})
LATER: Final[dict[Visibility, LocalizedText]] = {
    "after_due": LocalizedText("Shown after the due date.", "Se muestra después de la fecha de entrega."),
    "after_published": LocalizedText(
        "Shown when the grades are published.", "Se muestra cuando se publiquen las notas."
    ),
}


def is_shown(visibility: Visibility, assignment: Assignment, *, now: datetime, published: bool) -> bool:
    """Whether the result of a check of this visibility is open to students.

    Where there is no due date, what is shown after it is shown when the grades are published.
    """
    match visibility:
        case "visible":
            return True
        case "after_due":
            return published if assignment.due_at is None else now >= assignment.due_at
        case "after_published":
            return published
        case "hidden":
            return False


def rubric_for_students(assignment: Assignment) -> list[dict[str, Any]]:
    """The rubric as students see it: without hidden checks."""
    return [check.model_dump(mode="json") for check in assignment.checks if check.visibility != "hidden"]


def seen_by_student(assignment: Assignment, grade: Grade, *, now: datetime, published: bool) -> dict[str, Any]:
    """The grade as a student sees it.

    Hidden checks are absent, with their points. Checks that are shown later are there without a result. Nothing tells
    of seeds, or of one of them, or of how we failed. The score is the sum of what is seen; with a formula, whose value
    would tell of all checks, it is there only when all of them are seen.

    Args:
        assignment: what was asked.
        grade: what was reached.
        now: the moment at which the student looks.
        published: whether the grades are published.
    """
    shown = [result for result in grade.checks if is_shown(result.visibility, assignment, now=now, published=published)]
    known = [result for result in grade.checks if result.visibility != "hidden"]
    return {
        "score": _score(assignment, grade, shown),
        "max_score": fsum(result.max_points for result in known),
        "checks": [_result(result) if result in shown else _pending(result) for result in known],
        "late": grade.late.model_dump(mode="json"),
        "incomplete": len(shown) < len(known) or any(result.score is None for result in shown),
        "rules": grade.rules,
    }


def _score(assignment: Assignment, grade: Grade, shown: list[CheckResult]) -> float | None:
    if assignment.formula is not None:
        return grade.score if len(shown) == len(grade.checks) else None
    if any(result.error is not None for result in shown):
        return None
    reached = fsum(result.points or 0.0 for result in shown)
    taken = grade.late.deducted * fsum(result.max_points for result in shown)
    return max(0.0, round(reached - taken, 6))


def _result(result: CheckResult) -> dict[str, Any]:
    document = result.model_dump(mode="json", exclude={"straddles", "error"})
    return document | {"evidence": public(document["evidence"])}


def _pending(result: CheckResult) -> dict[str, Any]:
    text = LATER[result.visibility]
    return {
        "type": result.type,
        "name": result.name,
        "points": None,
        "max_points": result.max_points,
        "passed": None,
        "score": None,
        "message": {"en": text.en, "es": text.es},
        "evidence": {},
        "visibility": result.visibility,
        "findings": [],
        "advice": [],
    }


def public(value: Any) -> Any:
    """The value without the numbers of single seeds, at any depth.

    Example:
        >>> public({"value": 0.8, "per_seed": {"values": [0.7, 0.8, 0.9]}})
        {'value': 0.8}
    """
    if isinstance(value, dict):
        return {key: public(item) for key, item in value.items() if key not in PRIVATE}
    return [public(item) for item in value] if isinstance(value, list) else value
