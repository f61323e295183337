"""Specs of constraints: projections of weights after every step."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from models.specs.shorthand import Shorthand
from models.specs.spec import WHOLE, Component, NonNegative
from models.text import LocalizedText

Axis = Annotated[Literal[0, 1], WHOLE]


class ConstraintBase(Component):
    """A set that a variable may not leave."""


class MaxNorm(ConstraintBase):
    """Columns no longer than a bound."""

    type: Literal["max_norm"] = "max_norm"
    target: ClassVar[str] = "keras.constraints.MaxNorm"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Shortens each unit's weight vector to at most max_value after every step; goes well with dropout.",
        "Acorta el vector de pesos de cada unidad hasta max_value como mucho tras cada paso; combina bien con dropout.",
    )
    latex: ClassVar[str] = r"\lVert w \rVert \le c"
    max_value: NonNegative = 2.0
    axis: Axis = 0


class UnitNorm(ConstraintBase):
    """Columns of length 1."""

    type: Literal["unit_norm"] = "unit_norm"
    target: ClassVar[str] = "keras.constraints.UnitNorm"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Rescales each unit's weight vector to length 1 after every step: only directions are learnt.",
        "Reescala el vector de pesos de cada unidad a longitud 1 tras cada paso: solo se aprenden direcciones.",
    )
    latex: ClassVar[str] = r"\lVert w \rVert = 1"
    axis: Axis = 0


class NonNeg(ConstraintBase):
    """Nothing below zero."""

    type: Literal["non_neg"] = "non_neg"
    target: ClassVar[str] = "keras.constraints.NonNeg"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Sets negative weights to zero after every step: for outputs that may only grow with their inputs.",
        "Pone a cero los pesos negativos tras cada paso: para salidas que solo pueden crecer con sus entradas.",
    )
    latex: ClassVar[str] = r"w \ge 0"


ConstraintUnion = TypeAliasType(
    "ConstraintUnion",
    Annotated[MaxNorm | UnitNorm | NonNeg, Field(discriminator="type"), Shorthand(ConstraintBase)],
)
