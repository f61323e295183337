"""Admits submissions: finds the author, refuses what comes too early or too late, and reads the spec."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import rfc8785
from pydantic import TypeAdapter, ValidationError

from models.pointers import pointer
from models.specs.spec import Path
from models.violation import Violation
from service.database.grading import AssignmentRow
from service.errors import Closed, Invalid, NotOpen
from service.grading.rubric.assignment import Assignment
from service.grading.rubric.config_files import entry
from service.grading.rubric.keras_specs import spec_of
from service.grading.rubric.lateness import lateness
from service.grading.submissions.schemas import Answers, SubmissionRequest
from service.grading.submissions.specs import SubmittedSpec, read
from service.http.scopes import Caller, Scope

ANSWERS: TypeAdapter[dict[str, Any]] = TypeAdapter(Answers)
IRRELEVANT = ("seed", "diagnostics")  # to whether two submissions are the same: a grading has its own


@dataclass(frozen=True)
class AdmittedSubmission:
    """A submission that may be graded, not stored yet.

    Attributes:
        author: the student whose submission it is.
        spec: its canonical document, without the assignment's data.
        answers: to the rubric's questions, by the names of the checks.
        digest: of spec and answers; submissions of an author with equal digests are the same.
        revision: of the assignment that it was read for.
    """

    author: str
    spec: dict[str, Any]
    answers: dict[str, Any]
    digest: str
    revision: int


def author_of(caller: Caller, named: str | None) -> str:
    """The author of a submission.

    Raises:
        Invalid: neither the key nor the request names one, or they name two.
    """
    if caller.author is None:
        if named is None:
            raise Invalid.of([Violation("/author", "is required: this key has no author of its own")])
        return named
    if named not in {None, caller.author}:
        raise Invalid.of([Violation("/author", "this key submits for its own author alone")])
    return caller.author


def admit(row: AssignmentRow, caller: Caller, author: str, request: SubmissionRequest) -> AdmittedSubmission:
    """Read a submission that comes now.

    The calendar binds students. A teacher may submit at any time, for whomever; how late that is, the grade says.

    Raises:
        NotOpen, Closed: it may not come now.
        Invalid: it cannot be read, cannot train, or does not keep the constraints.
        UnsupportedModel: its Keras model holds something that no spec can say.
    """
    assignment = Assignment.model_validate(row.content)
    if not caller.may(Scope.TEACHER):
        _refuse_untimely(assignment, datetime.now(UTC))
    submitted = _submitted_spec(assignment, request)
    spec, answers = read(assignment, submitted), submitted.answers
    return AdmittedSubmission(author, spec, answers, _digest(spec, answers), row.revision)


def _refuse_untimely(assignment: Assignment, now: datetime) -> None:
    if assignment.opens_at is not None and now < assignment.opens_at:
        raise NotOpen(f"Submissions are taken from {assignment.opens_at.isoformat()} on.")
    if not lateness(assignment, now).accepted:
        raise Closed(f"It was due at {assignment.due_at:%Y-%m-%dT%H:%M:%SZ}, and no more submissions are taken.")


def _submitted_spec(assignment: Assignment, request: SubmissionRequest) -> SubmittedSpec:
    """The spec of a request: sent as such, as a Keras model, or in a student's file with one or several of them."""
    given = request.model_fields_set
    answers = dict(request.answers)
    if "spec" in given:
        return _verbatim(request.spec, answers, ("spec",))
    if "keras" in given:
        return _of_keras(assignment, request.keras, answers, ("keras",))
    found = entry(request.config, request.part, ("config",))
    answers |= _answers(found.answers, found.answers_path)
    if found.keras:
        return _of_keras(assignment, found.document, answers, found.path)
    return _verbatim(found.document, answers, found.path)


def _verbatim(document: Any, answers: dict[str, Any], path: Path) -> SubmittedSpec:
    start = pointer(path)
    return SubmittedSpec(document, answers, verbatim=True, locate=lambda where: f"{start}{where}")


def _of_keras(assignment: Assignment, model: Any, answers: dict[str, Any], path: Path) -> SubmittedSpec:
    made = spec_of(assignment, model, path)
    return SubmittedSpec(made.document, answers, verbatim=False, locate=made.locate)


def _answers(value: Any, path: Path) -> dict[str, Any]:
    """The answers of a file; what holds for those of a request holds for them."""
    try:
        return ANSWERS.validate_python(value)
    except ValidationError as error:
        violations = {pointer((*path, *item["loc"][:1])): item["msg"] for item in error.errors(include_url=False)}
        raise Invalid.of([Violation(where, detail) for where, detail in violations.items()]) from None


def _digest(spec: dict[str, Any], answers: dict[str, Any]) -> str:
    relevant = {name: part for name, part in spec.items() if name not in IRRELEVANT}
    return hashlib.sha256(rfc8785.dumps({"spec": relevant, "answers": answers})).hexdigest()
