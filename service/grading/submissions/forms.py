"""The forms in which a submission comes: a spec, a Keras model, or a student's file with one or several of them."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter, ValidationError

from models.pointers import pointer
from models.specs.spec import Path
from models.violation import Violation
from service.errors import Invalid
from service.grading.rubric.assignment import Assignment
from service.grading.rubric.config_files import entry
from service.grading.rubric.keras_specs import spec_of
from service.grading.submissions.schemas import Answers, SubmissionRequest
from service.grading.submissions.specs import Sent

ANSWERS: TypeAdapter[dict[str, Any]] = TypeAdapter(Answers)


def sent(assignment: Assignment, request: SubmissionRequest) -> Sent:
    """What a request submits.

    Raises:
        Invalid: its file is no file of submissions, or its answers are none.
        UnsupportedModel: its Keras model holds something that no spec can say.
    """
    given = request.model_fields_set
    answers = dict(request.answers)
    if "spec" in given:
        return _spec(request.spec, answers, ("spec",))
    if "keras" in given:
        return _keras(assignment, request.keras, answers, ("keras",))
    found = entry(request.config, request.part, ("config",))
    answers |= _answers(found.answers, found.answers_path)
    if found.keras:
        return _keras(assignment, found.document, answers, found.path)
    return _spec(found.document, answers, found.path)


def _spec(document: Any, answers: dict[str, Any], path: Path) -> Sent:
    start = pointer(path)
    return Sent(document, written=True, answers=answers, place=lambda where: f"{start}{where}")


def _keras(assignment: Assignment, model: Any, answers: dict[str, Any], path: Path) -> Sent:
    made = spec_of(assignment, model, path)
    return Sent(made.document, written=False, answers=answers, place=made.place)


def _answers(value: Any, path: Path) -> dict[str, Any]:
    """Answers from a file, held to the same as those of a request."""
    try:
        return ANSWERS.validate_python(value)
    except ValidationError as error:
        violations = {pointer((*path, *item["loc"][:1])): item["msg"] for item in error.errors(include_url=False)}
        raise Invalid.of([Violation(where, detail) for where, detail in violations.items()]) from None
