"""Writes a grade as CSV, with a row for each check."""

from __future__ import annotations

import csv
import io
from typing import Final

from service.grading.exports.outcome import Outcome
from service.grading.rubric.gradebook import cell

COLUMNS: Final = (
    "submission_id",
    "author",
    "status",
    "score",
    "max_score",
    "late_seconds",
    "check",
    "type",
    "points",
    "max_points",
    "passed",
    "visibility",
    "message",
)


def table(outcome: Outcome) -> str:
    """The checks as CSV rows, in which no text of a student can become a formula of a spreadsheet."""
    head = [outcome.submission_id, cell(outcome.author), outcome.status, _number(outcome.score)]
    head += [_number(outcome.max_score), _number(outcome.late_seconds)]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for check in outcome.checks():
        passed = "" if check.passed is None else str(check.passed).lower()
        own = [cell(check.name), check.type, _number(check.points), _number(check.max_points), passed, check.visibility]
        writer.writerow([*head, *own, cell(check.text)])
    return text.getvalue()


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"
