"""A check of the share of dead units in the hidden layers."""

from __future__ import annotations

from typing import ClassVar, Literal

from models.text import LocalizedText
from service.grading.rubric.checks import specimens
from service.grading.rubric.checks.base import Case, Examples
from service.grading.rubric.checks.layered import Layered
from service.grading.rubric.evidence import Evidence
from service.grading.rubric.measurement import Measurement


class DeadFraction(Layered):
    """The share of a hidden layer's units through which no row sends any gradient back."""

    type: Literal["dead_fraction"] = "dead_fraction"
    text: ClassVar[LocalizedText] = LocalizedText(
        "How many units of a hidden layer are dead: no row sends a gradient through them.",
        "Cuántas unidades de una capa oculta están muertas: ninguna fila devuelve gradiente por ellas.",
    )
    EXAMPLES: ClassVar[Examples] = Examples(
        {"type": "dead_fraction", "at_most": 0.5, "points": 10},
        passes=Case(specimens.SOUND),
        fails=Case(specimens.DEAD),
    )
    related: ClassVar[tuple[str, ...]] = ("dead_units",)

    def measure(self, evidence: Evidence) -> Measurement:
        """Measure the fraction of the layer that breaks a bound most, in every training."""
        return self.of_hidden(
            evidence, "dead_fraction", LocalizedText("The share of dead units", "La proporción de unidades muertas")
        )
