"""Reads submitted specs for an assignment, and restores the ones that are stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from models.specs.canonical import canonical
from models.specs.check import read_stored
from models.specs.job import TrainingJobSpec
from models.violation import Violation
from service.errors import InvalidSpec
from service.grading.rubric.assignment import Assignment
from service.grading.rubric.constraints import completed, refuse
from service.specs.checks import parse_spec


@dataclass(frozen=True)
class SubmittedSpec:
    """A spec as a request submits it, not read yet.

    Attributes:
        document: any JSON value, meant as a spec.
        answers: to the rubric's questions, by the names of the checks.
        verbatim: whether the author has written the document so; else it was made of a Keras model.
        locate: turns a JSON pointer into the document into one into the request.
    """

    document: Any
    answers: dict[str, Any]
    verbatim: bool
    locate: Callable[[str], str]


def read(assignment: Assignment, submitted: SubmittedSpec) -> dict[str, Any]:
    """Read a submitted spec.

    Args:
        assignment: the assignment it was submitted for.
        submitted: the spec; it may leave out the assignment's data.

    Returns:
        Its canonical document without the data, which are the assignment's: what a row keeps.

    Raises:
        InvalidSpec: it cannot train, or does not keep the constraints. The pointers are those of the request.
    """
    try:
        spec = parse_spec(completed(assignment, submitted.document))
    except InvalidSpec as error:
        raise _in_request(error.violations, submitted) from None
    violations = refuse(assignment, spec, submitted.document if submitted.verbatim else None)
    if violations:
        raise _in_request(violations, submitted)
    return {name: part for name, part in canonical(spec).items() if name != "data"}


def restored(assignment: Assignment, stored: dict[str, Any]) -> TrainingJobSpec:
    """The spec that :func:`read` has read before, on the assignment's public data."""
    return read_stored(completed(assignment, stored))


def _in_request(violations: Iterable[Violation], submitted: SubmittedSpec) -> InvalidSpec:
    located = [Violation(submitted.locate(violation.pointer), violation.detail) for violation in violations]
    return InvalidSpec(InvalidSpec.of(located).detail, located)
