"""A check of the share of saturated outputs in the hidden layers."""

from __future__ import annotations

from typing import ClassVar, Literal

from models.text import LocalizedText
from service.grading.rubric.checks import specimens
from service.grading.rubric.checks.base import Case, Examples
from service.grading.rubric.checks.layered import Layered
from service.grading.rubric.evidence import Evidence
from service.grading.rubric.measurement import Measurement


class SaturatedFraction(Layered):
    """The share of a hidden layer's outputs at which the activation is almost flat; of a ReLU half is normal."""

    type: Literal["saturated_fraction"] = "saturated_fraction"
    text: ClassVar[LocalizedText] = LocalizedText(
        "How many outputs of a hidden layer are saturated: hardly any gradient passes there.",
        "Cuántas salidas de una capa oculta están saturadas: por ahí apenas pasa gradiente.",
    )
    EXAMPLES: ClassVar[Examples] = Examples(
        {"type": "saturated_fraction", "at_most": 0.75, "points": 10},
        passes=Case(specimens.SOUND),
        fails=Case(specimens.DEAD),
    )
    related: ClassVar[tuple[str, ...]] = ("saturated_units",)

    def measure(self, evidence: Evidence) -> Measurement:
        """Measure the fraction of the layer that breaks a bound most, in every training."""
        return self.of_hidden(
            evidence,
            "saturated_fraction",
            LocalizedText("The share of saturated outputs", "La proporción de salidas saturadas"),
        )
