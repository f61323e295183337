"""Defines the constraints of an assignment; submissions that break one are refused."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from models.specs import limits
from models.specs.spec import LIST, WHOLE, Spec

Name = Annotated[str, Field(min_length=1, max_length=limits.MAX_TEXT)]
Names = Annotated[tuple[Name, ...], LIST, Field(min_length=1, max_length=100)]
Bound = Annotated[int, Field(ge=1, le=limits.MAX_STEPS), WHOLE]
Pointer = Annotated[str, Field(pattern=r"^(/([^~/]|~[01])*)+$", max_length=500)]


class Constraints(Spec):
    """What a submission must keep. Names are types of components; null allows all, and forbids none.

    Attributes:
        max_parameters: numbers of the network, trained and tracked.
        max_epochs: as the spec asks for.
        max_steps: optimizer steps, as the spec asks for.
        max_layers: after unrolling.
        max_units: of every layer with a kernel.
        allowed_layers: types of layers.
        forbidden_layers: types of layers.
        allowed_activations: as an argument or as a layer; a kernel without any counts as ``linear``.
        forbidden_activations: the same.
        allowed_initializers: of kernels.
        forbidden_initializers: of kernels.
        allowed_optimizers: types of optimizers.
        forbidden_optimizers: types of optimizers.
        allowed_losses: types of losses.
        forbidden_losses: types of losses.
        fixed: JSON pointer into the spec -> the value that must stand there. A component may be written in short: what
            it leaves out has its default.
    """

    max_parameters: Bound | None = None
    max_epochs: Bound | None = None
    max_steps: Bound | None = None
    max_layers: Bound | None = None
    max_units: Bound | None = None
    allowed_layers: Names | None = None
    forbidden_layers: Names | None = None
    allowed_activations: Names | None = None
    forbidden_activations: Names | None = None
    allowed_initializers: Names | None = None
    forbidden_initializers: Names | None = None
    allowed_optimizers: Names | None = None
    forbidden_optimizers: Names | None = None
    allowed_losses: Names | None = None
    forbidden_losses: Names | None = None
    fixed: Annotated[dict[Pointer, Any], Field(max_length=100)] = Field(default_factory=dict)
