"""Computes the gradebook, with one entry for each author, and writes it as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Literal

Counting = Literal["best", "last"]
# A spreadsheet reads a cell that begins like this as a formula. OWASP, "CSV Injection".
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class SubmissionSummary:
    """A submission, as far as the gradebook needs it.

    Attributes:
        submission: its id.
        author: who made it.
        at: when it was submitted.
        status: of its grading.
        score: as it counts, with lateness and override; null where there is no grade (yet).
        max_score: of the assignment.
        computed: the score without the override.
        late: whether it came after it was due.
        overridden: whether a teacher has set the score.
        borderline: whether chance decides a check of it.
        incomplete: whether it waits for a teacher's points.
    """

    submission: str
    author: str
    at: datetime
    status: str
    score: float | None
    max_score: float
    computed: float | None = None
    late: bool = False
    overridden: bool = False
    borderline: bool = False
    incomplete: bool = False


@dataclass(frozen=True)
class GradebookEntry:
    """One line of the gradebook.

    Attributes:
        author: who.
        submissions: how many there are of them.
        submission: the id of the one that counts; null where none has a grade.
        submitted_at: when that was submitted.
        score: what it has reached.
        max_score: of the assignment.
        percent: the score as a percentage of the greatest one.
        computed_score: the score without the override.
        late: whether the one that counts was late.
        overridden: whether a teacher has set its score.
        borderline: whether chance decides a check of it.
        incomplete: whether it waits for a teacher's points.
        pending: submissions that are not graded yet.
        failed: submissions that failed by us.
    """

    author: str
    submissions: int
    submission: str | None
    submitted_at: datetime | None
    score: float | None
    max_score: float
    percent: float | None
    computed_score: float | None
    late: bool
    overridden: bool
    borderline: bool
    incomplete: bool
    pending: int
    failed: int


def gradebook(submitted: Iterable[SubmissionSummary], counting: Counting = "best") -> Sequence[GradebookEntry]:
    """The entries of all authors who have submitted, by name.

    Args:
        submitted: the submissions of one assignment, in any order.
        counting: ``best``: the greatest score counts, and of equal ones the earlier; ``last``: that of the last
            submission with a grade.
    """
    by_author: dict[str, list[SubmissionSummary]] = {}
    for each in submitted:
        by_author.setdefault(each.author, []).append(each)
    return [_entry(author, by_author[author], counting) for author in sorted(by_author)]


def _entry(author: str, own: Sequence[SubmissionSummary], counting: Counting) -> GradebookEntry:
    """The entry of one author, who has submitted something."""
    ordered = sorted(own, key=lambda each: (each.at, each.submission))
    graded = [(each, each.score) for each in ordered if each.score is not None]
    counts: SubmissionSummary | None = None
    if graded:  # ``max`` takes the first of equal ones
        counts = graded[-1][0] if counting == "last" else max(graded, key=lambda pair: pair[1])[0]
    score, most = (None if counts is None else counts.score), ordered[-1].max_score
    return GradebookEntry(
        author=author,
        submissions=len(ordered),
        submission=None if counts is None else counts.submission,
        submitted_at=None if counts is None else counts.at,
        score=score,
        max_score=most,
        percent=None if score is None or most <= 0 else round(100 * score / most, 4),
        computed_score=None if counts is None else counts.computed,
        late=counts is not None and counts.late,
        overridden=counts is not None and counts.overridden,
        borderline=counts is not None and counts.borderline,
        incomplete=counts is not None and counts.incomplete,
        pending=sum(each.status in {"queued", "grading"} for each in ordered),
        failed=sum(each.status == "failed" for each in ordered),
    )


def cell(value: object) -> str:
    """A value as the text of a CSV cell that no spreadsheet runs.

    Numbers stay numbers, also negative ones; text that would begin a formula gets an apostrophe before it.

    Example:
        >>> cell("=HYPERLINK(A1)"), cell(-1.5), cell(True), cell(None)
        ("'=HYPERLINK(A1)", '-1.5', 'true', '')
    """
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case datetime():
            return value.isoformat()
        case _:
            text = str(value).replace("\0", "")
            return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text


def as_csv(entries: Iterable[GradebookEntry]) -> str:
    """The gradebook as CSV (RFC 4180), with a head."""
    names = [field.name for field in fields(GradebookEntry)]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows([cell(getattr(entry, name)) for name in names] for entry in entries)
    return buffer.getvalue()
