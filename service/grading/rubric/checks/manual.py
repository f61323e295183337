"""A check whose points a teacher gives by hand."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from models.text import LocalizedText
from service.grading.rubric.checks import specimens
from service.grading.rubric.checks.base import Case, Check, Examples
from service.grading.rubric.evidence import Evidence
from service.grading.rubric.measurement import Measurement

PASS = 0.5


class Manual(Check):
    """Points that a teacher gives; the grade is incomplete until then. Half of them pass.

    Attributes:
        criterion: what the teacher looks at.
    """

    type: Literal["manual"] = "manual"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Points that the teacher gives, for instance for a report.",
        "Puntos que da el profesor, por ejemplo por una memoria.",
    )
    EXAMPLES: ClassVar[Examples] = Examples(
        {"type": "manual", "name": "report", "criterion": "The report explains the cure.", "points": 10},
        passes=Case(specimens.SOUND, manual={"report": 9.0}),
        fails=Case(specimens.SOUND, manual={"report": 2.0}),
    )
    criterion: Annotated[str, Field(max_length=2000)] = ""

    def measure(self, evidence: Evidence) -> Measurement:
        """Read the points that the teacher gave, at most all of them."""
        given = evidence.manual.get(self.called)
        if given is None:
            message = LocalizedText("The teacher has not marked this yet.", "El profesor aún no ha puntuado esto.")
            return Measurement(None, None, message, {})
        share = min(1.0, max(0.0, given / self.points)) if self.points else 1.0
        return Measurement(
            score=share,
            passed=share >= PASS,
            message=LocalizedText(
                f"The teacher gave {given:g} of {self.points:g} points.",
                f"El profesor dio {given:g} de {self.points:g} puntos.",
            ),
            evidence={"given": given},
        )
