"""A document read as an assignment."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from models.specs.validation_errors import spec_errors
from service.errors import Invalid
from service.grading.rubric.assignment import Assignment
from service.grading.rubric.validation import violations


def read(document: Any) -> Assignment:
    """Read a document.

    Args:
        document: any JSON value, nested as deep as a body may be.

    Raises:
        Invalid: it is no assignment, or one that nobody could be graded by; with a pointer for each reason.
    """
    try:
        assignment = Assignment.model_validate(document)
    except ValidationError as error:
        raise Invalid.of(spec_errors(error, document)) from None
    wrong = violations(assignment)
    if wrong:
        raise Invalid.of(wrong)
    return assignment
