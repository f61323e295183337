"""A check that the diagnosis does not have a finding."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from models.diagnoses.finding import Severity
from models.specs import limits
from models.text import LocalizedText
from service.grading.rubric.checks import specimens
from service.grading.rubric.checks.base import Case, Examples
from service.grading.rubric.checks.voted import Voted
from service.grading.rubric.evidence import Evidence, Training
from service.grading.rubric.measurement import Measurement

Code = Annotated[str, Field(min_length=1, max_length=limits.MAX_TEXT)]
GRAVITY: dict[Severity, int] = {"info": 0, "warning": 1, "error": 2}


class NoFinding(Voted):
    """That the diagnosis of a training does not have a finding; a training that diverged does not count as free of it.

    Attributes:
        code: of the diagnosis; null: any.
        severity: from which severity on a finding counts.
    """

    type: Literal["no_finding"] = "no_finding"
    text: ClassVar[LocalizedText] = LocalizedText(
        "That the diagnosis of the training does not find something.",
        "Que el diagnóstico del entrenamiento no encuentra algo.",
    )
    EXAMPLES: ClassVar[Examples] = Examples(
        {"type": "no_finding", "code": "vanishing_gradients", "points": 30},
        passes=Case(specimens.SOUND),
        fails=Case(specimens.VANISHING),
    )
    code: Code | None = None
    severity: Severity = "warning"

    def measure(self, evidence: Evidence) -> Measurement:
        """Count the trainings without the finding."""
        votes = [
            not training.diverged and not found(training, self.code, self.severity) for training in evidence.trainings
        ]
        name = ("anything of that severity", "nada de esa gravedad") if self.code is None else (self.code, self.code)
        what = LocalizedText(f"ended without {name[0]}", f"acabaron sin {name[1]}")
        return self.counted(evidence, votes, what, code=self.code, severity=self.severity)

    def explained(self, evidence: Evidence) -> tuple[str, ...]:
        """The codes of the findings that were not to be."""
        codes = [code for training in evidence.trainings for code in found(training, self.code, self.severity)]
        return tuple(dict.fromkeys(codes))


def found(training: Training, code: str | None, severity: Severity) -> list[str]:
    """The codes of a training's findings of this code and at least this severity."""
    return [
        finding.code
        for finding in training.diagnosis.findings
        if finding.code == (code or finding.code) and GRAVITY[finding.severity] >= GRAVITY[severity]
    ]
