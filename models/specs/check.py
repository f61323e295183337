"""Reading a document as a spec, or saying everything that is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from models.pointers import existing
from models.specs import limits
from models.specs.canonical import canonical, spec_hash
from models.specs.geometry import cost, layout
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


class Parameters(BaseModel):
    """How many numbers a network has."""

    model_config = ConfigDict(frozen=True)

    total: int
    trainable: int
    non_trainable: int


class LayerRow(BaseModel):
    """A layer of the unrolled network."""

    model_config = ConfigDict(frozen=True)

    name: str
    type: str
    output_shape: list[int | None]
    parameters: int
    fan_in: int | None
    fan_out: int | None


class CostEstimate(BaseModel):
    """Updates of the weights, and floating-point operations (6 * parameters * training rows * epochs)."""

    model_config = ConfigDict(frozen=True)

    steps: int
    flops: int


class SpecCheck(BaseModel):
    """What can be said of a document without training; the members after ``errors`` are null when it is invalid."""

    model_config = ConfigDict(frozen=True)

    valid: bool
    errors: list[Violation]
    spec_hash: str | None = None
    canonical: dict[str, Any] | None = None
    parameters: Parameters | None = None
    layers: list[LayerRow] | None = None
    warnings: list[dict[str, Any]] = []
    cost: CostEstimate | None = None


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


def check(document: object, warnings: list[dict[str, Any]] | None = None) -> SpecCheck:
    """Everything that can be said of a document without training it.

    Args:
        document: any JSON value.
        warnings: findings about a valid spec, made elsewhere; handed on as they are.
    """
    try:
        spec = parse(document)
    except InvalidSpec as invalid:
        return SpecCheck(valid=False, errors=invalid.errors)
    return summary(spec, warnings or [])


def summary(spec: TrainingJobSpec, warnings: list[dict[str, Any]]) -> SpecCheck:
    """The check of a spec that is known to be valid."""
    placed = layout(spec)
    trainable = sum(layer.trainable for layer in placed)
    non_trainable = sum(layer.non_trainable for layer in placed)
    price = cost(spec)
    return SpecCheck(
        valid=True,
        errors=[],
        spec_hash=spec_hash(spec),
        canonical=canonical(spec),
        parameters=Parameters(total=trainable + non_trainable, trainable=trainable, non_trainable=non_trainable),
        layers=[
            LayerRow(
                name=layer.name,
                type=layer.type,
                output_shape=list(layer.output_shape),
                parameters=layer.parameters,
                fan_in=layer.fan_in,
                fan_out=layer.fan_out,
            )
            for layer in placed
        ],
        warnings=warnings,
        cost=CostEstimate(steps=price.steps, flops=price.flops),
    )


def _too_deep(document: object) -> Path | None:
    """The first value that lies too deep, None if there is none; found without recursion, which could be exhausted."""
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
