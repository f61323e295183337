"""A check of how often gradients are clipped."""

from __future__ import annotations

from typing import ClassVar, Literal

from models.text import LocalizedText
from service.grading.rubric.checks import specimens
from service.grading.rubric.checks.base import Case, Examples
from service.grading.rubric.checks.bounded import Sampled
from service.grading.rubric.evidence import Evidence
from service.grading.rubric.measurement import Measurement
from service.grading.rubric.trace import Epoch, of_network


class ClippedFraction(Sampled):
    """The share of the steps in which clipping changed the gradient; 0 where none is configured.

    Attributes:
        epoch: of which epoch; ``mean``: of the whole training.
    """

    type: Literal["clipped_fraction"] = "clipped_fraction"
    text: ClassVar[LocalizedText] = LocalizedText(
        "How often clipping changed the gradient: near 1, the bound sets the pace and not the learning rate.",
        "Con qué frecuencia el recorte cambió el gradiente: cerca de 1, el límite marca el ritmo y no la tasa.",
    )
    EXAMPLES: ClassVar[Examples] = Examples(
        {"type": "clipped_fraction", "at_most": 0.5, "points": 10},
        passes=Case(specimens.SOUND),
        fails=Case(specimens.CLIPPED),
    )
    related: ClassVar[tuple[str, ...]] = ("clipping_share", "clip_bound")
    epoch: Epoch = "mean"

    def measure(self, evidence: Evidence) -> Measurement:
        """Measure the share in every training."""
        epoch = max(1, self.epoch) if isinstance(self.epoch, int) else self.epoch
        values = [of_network(training, "clipped_fraction", epoch) for training in evidence.trainings]
        return self.over_seeds(
            evidence, values, LocalizedText("The share of clipped steps", "La proporción de pasos recortados")
        )
