"""Parses specs, refusing what cannot train with JSON pointers; or checks them without training."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from models.diagnoses.finding import Finding
from models.specs.check import CostEstimate, LayerRow, Parameters, parse, summary
from models.specs.check import InvalidSpec as Refused
from models.specs.job import TrainingJobSpec
from models.violation import Violation
from service.errors import InvalidSpec


class SpecCheck(BaseModel):
    """What can be said of a spec without training it; what only a valid one has is null for the others."""

    valid: bool
    errors: list[Violation]
    spec_hash: str | None = None
    canonical: Annotated[
        dict[str, Any] | None, Field(description="With every default and every shorthand written out.")
    ] = None
    parameters: Parameters | None = None
    layers: list[LayerRow] | None = None
    warnings: Annotated[list[Finding], Field(description="Findings of the stages specification and data.")] = []
    cost: CostEstimate | None = None


def parse_spec(document: Any) -> TrainingJobSpec:
    """Read a document as a spec.

    Raises:
        InvalidSpec: it cannot train; one violation for each reason.
    """
    try:
        return parse(document)
    except Refused as refused:
        violations = [Violation(error.pointer, error.detail) for error in refused.errors]
        raise InvalidSpec.of(violations) from None


def check_spec(document: Any) -> SpecCheck:
    """Check a document without training it."""
    try:
        spec = parse(document)
    except Refused as refused:
        return SpecCheck(valid=False, errors=refused.errors)
    from models.diagnoses.judge import lint

    known = summary(spec, [])
    return SpecCheck(**dict(known) | {"warnings": lint(spec)})


def unclean(violations: list[Violation]) -> SpecCheck:
    """The check of a body that can be read, but is no strict JSON."""
    return SpecCheck(
        valid=False, errors=[Violation(pointer=violation.pointer, detail=violation.detail) for violation in violations]
    )
