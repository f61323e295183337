"""Whose submission it is, and whether it may come now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from models.violation import Violation
from service.database.grading import AssignmentRow
from service.errors import Closed, Invalid, NotOpen
from service.grading.rubric.assignment import Assignment
from service.grading.rubric.lateness import lateness
from service.grading.submissions.forms import sent
from service.grading.submissions.schemas import SubmissionRequest
from service.grading.submissions.specs import Submitted, read
from service.http.scopes import Caller, Scope


@dataclass(frozen=True)
class Admitted:
    """A spec that may be graded.

    Attributes:
        spec: as it was read.
        answers: of the author.
        revision: of the assignment that it was read for.
    """

    spec: Submitted
    answers: dict[str, Any]
    revision: int


def author_of(caller: Caller, named: str | None) -> str:
    """Whose a submission is.

    Raises:
        Invalid: nobody's, or another student's.
    """
    if caller.author is None:
        if named is None:
            raise Invalid.of([Violation("/author", "is required: this key has no author of its own")])
        return named
    if named not in {None, caller.author}:
        raise Invalid.of([Violation("/author", "this key submits for its own author alone")])
    return caller.author


def admit(row: AssignmentRow, caller: Caller, request: SubmissionRequest) -> Admitted:
    """Read a submission that comes now.

    The calendar binds students. A teacher may submit at any time, for whomever; how late that is, the grade says.

    Raises:
        NotOpen, Closed: it may not come now.
        Invalid: it cannot be read, cannot train, or does not keep the constraints.
    """
    assignment = Assignment.model_validate(row.content)
    now = datetime.now(UTC)
    if not caller.may(Scope.TEACHER):
        if assignment.opens_at is not None and now < assignment.opens_at:
            raise NotOpen(f"Submissions are taken from {assignment.opens_at.isoformat()} on.")
        if not lateness(assignment, now).accepted:
            raise Closed(f"It was due at {assignment.due_at:%Y-%m-%dT%H:%M:%SZ}, and no more submissions are taken.")
    found = sent(assignment, request)
    return Admitted(read(assignment, found), found.answers, row.revision)
