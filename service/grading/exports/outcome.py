"""Defines the common input of the export formats: a submission and its grade, as the caller may see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from service.grading.rubric.checks import Visibility
from service.grading.rubric.visibility import public

Language = Literal["en", "es"]


@dataclass(frozen=True)
class CheckOutcome:
    """One check of a grade.

    Attributes:
        name: within the rubric.
        type: of the check.
        points: null while it waits for a teacher or for its day, or if it failed by us.
        max_points: the most there can be.
        passed: whether what was asked is reached, where that is known.
        visibility: when students may see it.
        text: what was measured and asked, and what is advised.
        value: what was measured, where it is one number.
        less_is_better: whether a ceiling was asked of it.
    """

    name: str
    type: str
    points: float | None
    max_points: float
    passed: bool | None
    visibility: Visibility
    text: str
    value: float | None
    less_is_better: bool = False


@dataclass(frozen=True)
class Outcome:
    """A submission and its grade, as the caller may see them now.

    Attributes:
        submission_id: its name.
        assignment_id: that of its assignment.
        author: whose it is.
        status: queued, grading, graded, failed or cancelled.
        grade: the document that the caller sees; None where there is none.
        at: when the grade came to be, or was last changed.
        language: of the texts.
    """

    submission_id: str
    assignment_id: str
    author: str
    status: str
    grade: Mapping[str, Any] | None
    at: datetime
    language: Language = "en"

    @property
    def score(self) -> float | None:
        """The score, as far as it is known."""
        return None if self.grade is None else self.grade["score"]

    @property
    def max_score(self) -> float:
        """The greatest possible score."""
        return 0.0 if self.grade is None else float(self.grade["max_score"])

    @property
    def waits(self) -> bool:
        """Whether points of the grade are still open."""
        return self.grade is not None and bool(self.grade["incomplete"])

    @property
    def late_seconds(self) -> float:
        """How many seconds after the due date it was submitted."""
        return 0.0 if self.grade is None else float(self.grade["late"]["seconds"])

    def checks(self) -> Iterator[CheckOutcome]:
        """The checks of the grade; none where there is no grade."""
        for check in () if self.grade is None else self.grade["checks"]:
            evidence = public(check["evidence"])
            value = evidence.get("value")
            yield CheckOutcome(
                name=check["name"],
                type=check["type"],
                points=check["points"],
                max_points=check["max_points"],
                passed=check["passed"],
                visibility=check["visibility"],
                text="\n".join(self._texts(check)),
                value=value if isinstance(value, int | float) and not isinstance(value, bool) else None,
                less_is_better="at_most" in evidence and "at_least" not in evidence,
            )

    def _texts(self, check: Mapping[str, Any]) -> Iterator[str]:
        yield check["message"][self.language]
        for advice in check["advice"]:
            yield f"→ {advice['text'][self.language]}"
