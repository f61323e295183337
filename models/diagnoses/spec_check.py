"""Checks a spec without training it: what is wrong with it, or its size, its cost and the findings about it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from models.diagnoses.finding import Finding
from models.specs.canonical import canonical, spec_hash
from models.specs.check import InvalidSpec, parse
from models.specs.geometry import cost, layout
from models.violation import Violation


class ParameterCounts(BaseModel):
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
    """What can be said of a spec without training it; what only a valid one has is null for the others."""

    model_config = ConfigDict(frozen=True)

    valid: bool
    errors: list[Violation]
    spec_hash: str | None = None
    canonical: Annotated[
        dict[str, Any] | None, Field(description="With every default and every shorthand written out.")
    ] = None
    parameters: ParameterCounts | None = None
    layers: list[LayerRow] | None = None
    warnings: Annotated[list[Finding], Field(description="Findings of the stages specification and data.")] = []
    cost: CostEstimate | None = None


def check_spec(document: object) -> SpecCheck:
    """Everything that can be said of any JSON value as a spec, without training it."""
    try:
        spec = parse(document)
    except InvalidSpec as invalid:
        return SpecCheck(valid=False, errors=invalid.errors)
    from models.diagnoses.judge import lint  # late: a process starts, and refuses a spec, without the rules

    placed = layout(spec)
    trainable = sum(layer.trainable for layer in placed)
    non_trainable = sum(layer.non_trainable for layer in placed)
    price = cost(spec)
    return SpecCheck(
        valid=True,
        errors=[],
        spec_hash=spec_hash(spec),
        canonical=canonical(spec),
        parameters=ParameterCounts(total=trainable + non_trainable, trainable=trainable, non_trainable=non_trainable),
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
        warnings=lint(spec),
        cost=CostEstimate(steps=price.steps, flops=price.flops),
    )
