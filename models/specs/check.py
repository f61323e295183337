"""Reads a document as a spec, or reports everything that is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from models.pointers import existing
from models.specs import limits
from models.specs.job import TrainingJobSpec
from models.specs.rules import violations
from models.specs.spec import Path
from models.specs.validation_errors import spec_errors
from models.violation import Violation


class InvalidSpec(Exception):
    """A document that cannot train.

    Attributes:
        errors: everything that is wrong with it, at most ``limits.MAX_ERRORS``.
    """

    def __init__(self, errors: list[Violation]) -> None:
        super().__init__("; ".join(f"{error.pointer}: {error.detail}" for error in errors[:3]))
        self.errors = errors


def parse(document: object) -> TrainingJobSpec:
    """Read any JSON value as a job.

    Raises:
        InvalidSpec: it cannot train; with a pointer and a reason for everything that is wrong.
    """
    if (deep := _too_deep(document)) is not None:
        detail = f"is nested more than {limits.MAX_NESTING} levels deep"
        raise InvalidSpec([Violation.at(deep, detail)])
    try:
        spec = TrainingJobSpec.model_validate(document)
    except ValidationError as error:
        raise InvalidSpec(spec_errors(error, document)) from None
    errors: list[Violation] = []
    for violation in violations(spec):
        errors.append(replace(violation, pointer=existing(violation.pointer, document)))
        if len(errors) == limits.MAX_ERRORS:
            break
    if errors:
        raise InvalidSpec(errors)
    return spec


def read_stored(document: object) -> TrainingJobSpec:
    """Read a spec that was accepted before, also one that today's rules would refuse."""
    return TrainingJobSpec.model_validate(document)


def _too_deep(document: object) -> Path | None:
    """The first value that lies too deep, None if there is none; found without recursion, which could be exhausted."""
    level: list[Any] = [document]
    for _ in range(limits.MAX_NESTING + 2):  # in most documents, no path is needed
        insides = (
            value.values() if isinstance(value, dict) else value for value in level if isinstance(value, dict | list)
        )
        level = [value for inside in insides for value in inside if isinstance(value, dict | list)]
    if not level:
        return None
    pending: list[tuple[Path, object]] = [((), document)]
    while pending:
        path, value = pending.pop()
        if isinstance(value, dict):
            inner = [(key, item) for key, item in value.items() if isinstance(item, dict | list)]
        elif isinstance(value, list):
            inner = [(i, item) for i, item in enumerate(value) if isinstance(item, dict | list)]
        else:
            inner = []
        if inner and len(path) >= limits.MAX_NESTING:
            return path
        pending.extend(((*path, key), item) for key, item in inner)
    return None
