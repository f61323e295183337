"""Specs of regularizers: penalties on weights or activities, added to the loss."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from models.specs.shorthand import Shorthand
from models.specs.spec import Component, NonNegative
from models.text import LocalizedText


class RegularizerBase(Component):
    """A penalty that grows with a tensor's entries."""


class L1(RegularizerBase):
    """The sum of absolute values."""

    type: Literal["l1"] = "l1"
    target: ClassVar[str] = "keras.regularizers.L1"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Charges for the absolute size of each weight and drives many to exactly zero: for sparse networks.",
        "Cobra por el valor absoluto de cada peso y lleva muchos a cero exacto: para redes dispersas.",
    )
    latex: ClassVar[str] = r"\lambda \sum |w|"
    l1: NonNegative = 0.01


class L2(RegularizerBase):
    """The sum of squares."""

    type: Literal["l2"] = "l2"
    target: ClassVar[str] = "keras.regularizers.L2"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Charges for the square of each weight and keeps all of them small: the usual remedy for overfitting.",
        "Cobra por el cuadrado de cada peso y los mantiene todos pequeños: el remedio habitual contra el sobreajuste.",
    )
    latex: ClassVar[str] = r"\lambda \sum w^2"
    l2: NonNegative = 0.01


class L1L2(RegularizerBase):
    """Both sums."""

    type: Literal["l1_l2"] = "l1_l2"
    target: ClassVar[str] = "keras.regularizers.L1L2"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Both penalties at once: some weights vanish, the others stay small.",
        "Las dos penalizaciones a la vez: unos pesos se anulan y los demás quedan pequeños.",
    )
    latex: ClassVar[str] = r"\lambda_1 \sum |w| + \lambda_2 \sum w^2"
    l1: NonNegative = 0.0
    l2: NonNegative = 0.0


RegularizerUnion = TypeAliasType(
    "RegularizerUnion",
    Annotated[L1 | L2 | L1L2, Field(discriminator="type"), Shorthand(RegularizerBase)],
)
