"""The gradebook: what counts, and what a spreadsheet makes of it."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.grading.rubric.gradebook import FORMULA_STARTS, SubmissionSummary, as_csv, cell, gradebook

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def submitted(author: str, score: float | None, minutes: int, **more: Any) -> SubmissionSummary:
    return SubmissionSummary(
        submission=f"sub_{minutes}",
        author=author,
        at=NOON + timedelta(minutes=minutes),
        status=more.pop("status", "graded" if score is not None else "queued"),
        score=score,
        max_score=80.0,
        **more,
    )


CLASS = [
    submitted("bea", 30.0, 9, late=True, computed=30.0),
    submitted("ana", 60.0, 3),
    submitted("ana", 40.0, 5, overridden=True, computed=10.0),
    submitted("ana", 60.0, 4),
    submitted("ana", None, 6),
    submitted("carl", None, 7, status="failed"),
]


def test_the_best_counts_and_of_equal_ones_the_earlier() -> None:
    ana, bea, carl = gradebook(CLASS)
    assert (ana.author, ana.submissions, ana.submission, ana.score, ana.percent) == ("ana", 4, "sub_3", 60.0, 75.0)
    assert (ana.pending, ana.failed, ana.overridden) == (1, 0, False)
    assert (bea.submission, bea.late, bea.computed_score) == ("sub_9", True, 30.0)
    assert (carl.submission, carl.score, carl.percent, carl.failed) == (None, None, None, 1)


def test_or_the_last_one_with_a_grade() -> None:
    ana, _, _ = gradebook(CLASS, "last")
    assert (ana.submission, ana.score, ana.overridden, ana.computed_score) == ("sub_5", 40.0, True, 10.0)


def test_the_order_of_what_came_in_does_not_matter() -> None:
    assert gradebook(CLASS[::-1]) == gradebook(CLASS)


def test_as_csv_every_line_is_there_with_a_head() -> None:
    [head, ana, _, carl] = csv.reader(io.StringIO(as_csv(gradebook(CLASS))))
    first = dict(zip(head, ana, strict=True))
    assert (first["author"], first["score"], first["submitted_at"]) == ("ana", "60.0", "2026-03-01T12:03:00+00:00")
    assert dict(zip(head, carl, strict=True))["score"] == ""


@pytest.mark.parametrize(
    "name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", "=cmd|' /C calc'!A0", "\0=1"]
)
def test_no_name_becomes_a_formula(name: str) -> None:
    text = as_csv(gradebook([submitted(name, 1.0, 0)]))
    [_, [author, *_]] = csv.reader(io.StringIO(text, newline=""))
    assert author.startswith("'")


@given(st.text())
def test_every_text_is_a_cell_that_begins_no_formula_and_comes_back(text: str) -> None:
    made = cell(text)
    assert not made.lstrip(" ").startswith(FORMULA_STARTS)
    assert made.removeprefix("'") == text.replace("\0", "").removeprefix("'")
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerow([made, "next"])
    buffer.seek(0)
    assert next(csv.reader(buffer)) == [made, "next"]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_stay_numbers(value: float) -> None:
    assert float(cell(value)) == value
