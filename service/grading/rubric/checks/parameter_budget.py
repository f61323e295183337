"""A check of the number of parameters."""

from __future__ import annotations

from typing import ClassVar, Literal

from models.specs.geometry import layout
from models.text import LocalizedText
from service.grading.rubric.checks import specimens
from service.grading.rubric.checks.base import Case, Examples
from service.grading.rubric.checks.bounded import Bounded, exactly
from service.grading.rubric.evidence import Evidence
from service.grading.rubric.measurement import Measurement


class ParameterBudget(Bounded):
    """How many numbers a network has.

    Attributes:
        counted: all of them, or those that are trained.
    """

    type: Literal["parameter_budget"] = "parameter_budget"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Whether the network keeps to a number of parameters.",
        "Si la red respeta un número de parámetros.",
    )
    EXAMPLES: ClassVar[Examples] = Examples(
        {"type": "parameter_budget", "at_most": 200, "points": 10},
        passes=Case(specimens.SOUND),
        fails=Case(specimens.VANISHING),
    )
    counted: Literal["total", "trainable"] = "total"

    def measure(self, evidence: Evidence) -> Measurement:
        """Count from the spec."""
        placed = layout(evidence.spec)
        count = sum(layer.trainable if self.counted == "trainable" else layer.parameters for layer in placed)
        what = LocalizedText("The number of parameters", "El número de parámetros")
        return self.judged(exactly(count), evidence, what, {"counted": self.counted})
