"""A check that no training diverges."""

from __future__ import annotations

from typing import ClassVar, Literal

from models.text import LocalizedText
from service.grading.rubric.checks import specimens
from service.grading.rubric.checks.base import Case, Examples
from service.grading.rubric.checks.voted import PositiveShare, Voted
from service.grading.rubric.evidence import Evidence
from service.grading.rubric.measurement import Measurement


class NeverDiverges(Voted):
    """That no training diverges; ``share`` may forgive some."""

    type: Literal["never_diverges"] = "never_diverges"
    text: ClassVar[LocalizedText] = LocalizedText(
        "That the loss stays finite, whatever the seed is.",
        "Que la pérdida sigue siendo finita, sea cual sea la semilla.",
    )
    EXAMPLES: ClassVar[Examples] = Examples(
        {"type": "never_diverges", "points": 10},
        passes=Case(specimens.SOUND),
        fails=Case(specimens.DIVERGING),
    )
    related: ClassVar[tuple[str, ...]] = ("exploding_gradients", "learning_rate_band", "large_updates")
    share: PositiveShare = 1.0

    def measure(self, evidence: Evidence) -> Measurement:
        """Count the trainings that did not diverge."""
        votes = [not training.diverged for training in evidence.trainings]
        return self.counted(evidence, votes, LocalizedText("stayed finite", "no divergieron"))
