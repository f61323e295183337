"""What is submitted, read as a spec for an assignment."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import rfc8785

from models.specs.canonical import canonical
from models.specs.check import parse
from models.specs.job import TrainingJobSpec
from service.errors import Fault, InvalidSpec
from service.grading.assignment import Assignment
from service.grading.constraints import completed, refuse
from service.jobs.specs import parse_spec

DECIDES_NOTHING = ("seed", "diagnostics")  # of a submission: a grading has its own


@dataclass(frozen=True)
class Submitted:
    """A spec that may be graded.

    Attributes:
        stored: its document without data, which are the assignment's.
        digest: of what makes two submissions the same: spec and answers.
    """

    stored: dict[str, Any]
    digest: str


def read(assignment: Assignment, document: Any, answers: dict[str, Any]) -> Submitted:
    """Read a submission.

    Args:
        assignment: for which it is.
        document: any JSON value; the assignment's data may be left out.
        answers: of the author.

    Raises:
        InvalidSpec: it cannot train, or does not keep the constraints. The pointers are those of the request.
    """
    try:
        spec = parse_spec(completed(assignment, document))
    except InvalidSpec as error:
        raise _in_request(error.faults) from None
    faults = refuse(assignment, spec, document)
    if faults:
        raise _in_request(faults)
    stored = {name: part for name, part in canonical(spec).items() if name != "data"}
    decides = {name: part for name, part in stored.items() if name not in DECIDES_NOTHING}
    digest = hashlib.sha256(rfc8785.dumps({"spec": decides, "answers": answers})).hexdigest()
    return Submitted(stored, digest)


def restored(assignment: Assignment, stored: dict[str, Any]) -> TrainingJobSpec:
    """The spec of a submission that was read before, on the assignment's public data."""
    return parse(completed(assignment, stored))


def _in_request(faults: Iterable[Fault]) -> InvalidSpec:
    moved = [Fault(f"/spec{fault.pointer}", fault.detail) for fault in faults]
    return InvalidSpec(InvalidSpec.of(moved).detail, moved)
