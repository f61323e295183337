"""A check that training the same spec with the same seed again gives the same weights."""

from __future__ import annotations

from typing import ClassVar, Literal

from models.text import LocalizedText
from service.grading.rubric.checks import specimens
from service.grading.rubric.checks.base import Case, Check, Examples
from service.grading.rubric.evidence import Evidence, Unmeasured
from service.grading.rubric.measurement import Measurement


class Reproduces(Check):
    """That a further training with the first seed ends with the same weights, bit by bit."""

    type: Literal["reproduces"] = "reproduces"
    text: ClassVar[LocalizedText] = LocalizedText(
        "That the same spec with the same seed gives the same weights, bit by bit.",
        "Que la misma especificación con la misma semilla da los mismos pesos, bit a bit.",
    )
    EXAMPLES: ClassVar[Examples] = Examples(
        {"type": "reproduces", "points": 5},
        passes=Case(specimens.SOUND),
        fails=Case(specimens.SOUND, repeats=("sha256:0",)),
    )

    def measure(self, evidence: Evidence) -> Measurement:
        """Compare the digests of the trained weights."""
        if not evidence.trainings or not evidence.repeats:
            raise Unmeasured("there is no second training with the first seed")
        first = evidence.trainings[0].weights_digest
        passed = all(digest == first for digest in evidence.repeats)
        return Measurement(
            score=1.0 if passed else 0.0,
            passed=passed,
            message=LocalizedText(
                "A second training ended with the same weights."
                if passed
                else "A second training ended with other weights.",
                "Un segundo entrenamiento acabó con los mismos pesos."
                if passed
                else "Un segundo entrenamiento acabó con otros pesos.",
            ),
            evidence={"trainings": 1 + len(evidence.repeats), "per_seed": {"digests": [first, *evidence.repeats]}},
        )
