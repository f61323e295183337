"""A check of the number of units in the hidden layers."""

from __future__ import annotations

from typing import ClassVar, Literal

from models.specs.geometry import layout
from models.specs.layers import Dense
from models.text import LocalizedText
from service.grading.rubric.checks import specimens
from service.grading.rubric.checks.base import Case, Examples
from service.grading.rubric.checks.bounded import Bounded, exactly
from service.grading.rubric.evidence import Evidence
from service.grading.rubric.measurement import Measurement


class Width(Bounded):
    """How many units the hidden layers have; all of them must keep the bound. Without any the width is 0."""

    type: Literal["width"] = "width"
    text: ClassVar[LocalizedText] = LocalizedText(
        "How many units every hidden layer has.",
        "Cuántas unidades tiene cada capa oculta.",
    )
    EXAMPLES: ClassVar[Examples] = Examples(
        {"type": "width", "at_most": 8, "points": 5},
        passes=Case(specimens.SOUND),
        fails=Case(specimens.WIDE),
    )

    def measure(self, evidence: Evidence) -> Measurement:
        """Count from the spec."""
        kernels = [layer for layer in layout(evidence.spec) if isinstance(layer.spec, Dense)]
        widths = [layer.output_shape[1] for layer in kernels[:-1]]
        found = self.farthest(widths) or 0.0
        what = LocalizedText("The width of the hidden layer that counts", "La anchura de la capa oculta que cuenta")
        return self.judged(exactly(found), evidence, what, {"widths": widths})
