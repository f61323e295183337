"""Writes a grade as CSV, with a row for each check."""

from __future__ import annotations

import csv
import io
from typing import Final

from service.grading.exports.outcome import Outcome

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
FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")  # with which spreadsheets begin to compute


def table(outcome: Outcome) -> str:
    """The checks as rows; what a student has written cannot become a formula of a spreadsheet."""
    head = [outcome.submission_id, cell(outcome.author), outcome.status, _number(outcome.score)]
    head += [_number(outcome.max_score), _number(outcome.late_seconds)]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for line in outcome.lines():
        passed = "" if line.passed is None else str(line.passed).lower()
        own = [cell(line.name), line.type, _number(line.points), _number(line.max_points), passed, line.visibility]
        writer.writerow([*head, *own, cell(line.text)])
    return text.getvalue()


def cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula.

    Example:
        >>> cell("=1+1"), cell("ana")
        ("'=1+1", 'ana')
    """
    return f"'{text}" if text.startswith(FORMULAS) else text


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"
