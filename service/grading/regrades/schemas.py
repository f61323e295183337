"""Requests and responses of the regrades' routes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from models.frozen import Frozen
from service.database.submission_states import SubmissionStatus
from service.grading.rubric.difference import GradeChange, GradeChangeSummary

MAX_SUBMISSIONS = 1000

RegradeStatus = Literal["running", "ended"]


class RegradeRequest(Frozen):
    """Which submissions are graded again."""

    submissions: Annotated[
        list[str] | None,
        Field(min_length=1, max_length=MAX_SUBMISSIONS, description="Their ids; without it all that have a grade."),
    ] = None


class RegradeLinks(Frozen):
    """Where everything about a regrade is."""

    self: str
    assignment: str


class RegradeEntry(Frozen):
    """A regrade in a list."""

    id: str
    assignment_id: str
    status: RegradeStatus
    created_at: datetime
    current: Annotated[bool, Field(description="Whether the assignment still has the rules by which it was done.")]
    graded: Annotated[int, Field(description="How many gradings have ended.")]
    of: int
    links: RegradeLinks


class Regraded(Frozen):
    """One submission of a regrade."""

    submission: str
    author: str
    status: Annotated[
        SubmissionStatus | Literal["missing"], Field(description="Of its grading; `missing` when deleted.")
    ]
    error: Annotated[dict[str, Any] | None, Field(description="Why it failed; the grade of before stays.")]
    difference: Annotated[GradeChange | None, Field(description="Before and after; null while there is no new grade.")]


class Regrade(RegradeEntry):
    """Submissions before and after."""

    summary: Annotated[GradeChangeSummary, Field(description="Of those that have a new grade.")]
    submissions: list[Regraded]
