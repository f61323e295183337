"""A check of the number of hidden layers."""

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


class Depth(Bounded):
    """How many hidden layers with a kernel a network has: all but the last."""

    type: Literal["depth"] = "depth"
    text: ClassVar[LocalizedText] = LocalizedText(
        "How many hidden layers the network has.",
        "Cuántas capas ocultas tiene la red.",
    )
    EXAMPLES: ClassVar[Examples] = Examples(
        {"type": "depth", "at_least": 5, "points": 5},
        passes=Case(specimens.VANISHING),
        fails=Case(specimens.SOUND),
    )

    def measure(self, evidence: Evidence) -> Measurement:
        """Count from the spec."""
        kernels = sum(isinstance(layer.spec, Dense) for layer in layout(evidence.spec))
        what = LocalizedText("The number of hidden layers", "El número de capas ocultas")
        return self.judged(exactly(max(0, kernels - 1)), evidence, what, {})
