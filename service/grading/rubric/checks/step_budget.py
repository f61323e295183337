"""A check of the number of optimizer steps."""

from __future__ import annotations

from typing import ClassVar, Literal

from models.specs.geometry import steps
from models.text import LocalizedText
from service.grading.rubric.checks import specimens
from service.grading.rubric.checks.base import Case, Examples
from service.grading.rubric.checks.bounded import Bounded, exactly
from service.grading.rubric.evidence import Evidence
from service.grading.rubric.measurement import Measurement


class StepBudget(Bounded):
    """How many optimizer steps a submission asks for; an early stopping may end it before."""

    type: Literal["step_budget"] = "step_budget"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Whether the training keeps to a number of optimizer steps.",
        "Si el entrenamiento respeta un número de pasos del optimizador.",
    )
    EXAMPLES: ClassVar[Examples] = Examples(
        {"type": "step_budget", "at_most": 100, "points": 10},
        passes=Case(specimens.SOUND),
        fails=Case(specimens.LONG),
    )

    def measure(self, evidence: Evidence) -> Measurement:
        """Count from the spec."""
        what = LocalizedText("The number of steps", "El número de pasos")
        return self.judged(exactly(steps(evidence.spec)), evidence, what, {})
