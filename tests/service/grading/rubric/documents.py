"""Assignments for tests."""

from __future__ import annotations

from typing import Any

from models.diagnoses.specimens import table
from service.grading.rubric.assignment import Assignment

Document = dict[str, Any]

METRIC: Document = {
    "type": "metric",
    "metric": "accuracy",
    "split": "test",
    "at_least": 0.8,
    "full_at": 0.84,
    "points": 40,
    "visibility": "visible",
}
RUBRIC: list[Document] = [
    METRIC,
    {"type": "no_finding", "code": "vanishing_gradients", "points": 30},
    {"type": "gradient_ratio", "from": "first", "to": "last", "epoch": 1, "at_least": 0.01, "points": 20},
    {"type": "parameter_budget", "at_most": 200, "points": 10},
]


def document(**changes: Any) -> Document:
    """The contract's assignment, on moons; ``changes`` replace its parts."""
    return {
        "title": "Cure it",
        "statement": {"en": "Make it learn.", "es": "Haz que aprenda."},
        "data": table(),
        "hidden_data": table(random_state=4),
        "seeds": {"count": 3, "aggregate": "median"},
        "constraints": {"max_parameters": 600, "max_epochs": 500, "allowed_layers": ["dense"]},
        "rubric": RUBRIC,
        "quota": {"submissions_per_day": 10, "concurrent": 1},
        "opens_at": None,
        "due_at": None,
        "late": None,
    } | changes


def assignment(**changes: Any) -> Assignment:
    """The same, read."""
    return Assignment.model_validate(document(**changes))
