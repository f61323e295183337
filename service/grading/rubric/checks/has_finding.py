"""A check that the diagnosis has a finding."""

from __future__ import annotations

from typing import ClassVar, Literal

from models.diagnoses.finding import Severity
from models.text import LocalizedText
from service.grading.rubric.checks import specimens
from service.grading.rubric.checks.base import Case, Examples
from service.grading.rubric.checks.no_finding import Code, found
from service.grading.rubric.checks.voted import Voted
from service.grading.rubric.evidence import Evidence
from service.grading.rubric.measurement import Measurement


class HasFinding(Voted):
    """That the diagnosis of a training has a finding, for exercises in making a network ill.

    Attributes:
        code: of the diagnosis.
        severity: from which severity on a finding counts.
    """

    type: Literal["has_finding"] = "has_finding"
    text: ClassVar[LocalizedText] = LocalizedText(
        "That the diagnosis of the training finds something: for exercises that show a failure.",
        "Que el diagnóstico del entrenamiento encuentra algo: para ejercicios que muestran un fallo.",
    )
    EXAMPLES: ClassVar[Examples] = Examples(
        {"type": "has_finding", "code": "vanishing_gradients", "points": 10},
        passes=Case(specimens.VANISHING),
        fails=Case(specimens.SOUND),
    )
    code: Code
    severity: Severity = "warning"

    def measure(self, evidence: Evidence) -> Measurement:
        """Count the trainings that have the finding."""
        votes = [bool(found(training, self.code, self.severity)) for training in evidence.trainings]
        what = LocalizedText(f"showed {self.code}", f"mostraron {self.code}")
        return self.counted(evidence, votes, what, code=self.code, severity=self.severity)
