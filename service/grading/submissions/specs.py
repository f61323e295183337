"""What is submitted, read as a spec for an assignment."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import rfc8785

from models.specs.canonical import canonical
from models.specs.check import parse
from models.specs.job import TrainingJobSpec
from models.violation import Violation
from service.errors import InvalidSpec
from service.grading.rubric.assignment import Assignment
from service.grading.rubric.constraints import completed, refuse
from service.specs.checks import parse_spec

DECIDES_NOTHING = ("seed", "diagnostics")  # of a submission: a grading has its own


@dataclass(frozen=True)
class Sent:
    """What an author sends, as a spec.

    Attributes:
        document: the spec, not yet read.
        written: whether the author has written it so; else it was made of a Keras model.
        answers: by the names of the checks.
        place: where in the request a pointer into the document leads.
    """

    document: Any
    written: bool
    answers: dict[str, Any]
    place: Callable[[str], str]


@dataclass(frozen=True)
class Submitted:
    """A spec that may be graded.

    Attributes:
        stored: its document without data, which are the assignment's.
        digest: of what makes two submissions the same: spec and answers.
    """

    stored: dict[str, Any]
    digest: str


def read(assignment: Assignment, sent: Sent) -> Submitted:
    """Read a submission.

    Args:
        assignment: for which it is.
        sent: what the author sends; the assignment's data may be left out.

    Raises:
        InvalidSpec: it cannot train, or does not keep the constraints. The pointers are those of the request.
    """
    try:
        spec = parse_spec(completed(assignment, sent.document))
    except InvalidSpec as error:
        raise _in_request(error.violations, sent) from None
    violations = refuse(assignment, spec, sent.document if sent.written else None)
    if violations:
        raise _in_request(violations, sent)
    stored = {name: part for name, part in canonical(spec).items() if name != "data"}
    decides = {name: part for name, part in stored.items() if name not in DECIDES_NOTHING}
    digest = hashlib.sha256(rfc8785.dumps({"spec": decides, "answers": sent.answers})).hexdigest()
    return Submitted(stored, digest)


def restored(assignment: Assignment, stored: dict[str, Any]) -> TrainingJobSpec:
    """The spec of a submission that was read before, on the assignment's public data."""
    return parse(completed(assignment, stored))


def _in_request(violations: Iterable[Violation], sent: Sent) -> InvalidSpec:
    moved = [Violation(sent.place(violation.pointer), violation.detail) for violation in violations]
    return InvalidSpec(InvalidSpec.of(moved).detail, moved)
