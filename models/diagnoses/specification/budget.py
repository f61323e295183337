"""Diagnoses too few optimizer steps to learn anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from models.diagnoses.advice import rates
from models.diagnoses.design import Design
from models.diagnoses.finding import Finding
from models.diagnoses.rule import SpecificationRule, cause
from models.diagnoses.specimens import Document, specimen
from models.diagnoses.thresholds import LIMITS
from models.text import LocalizedText


class StepBudget(SpecificationRule):
    """Too few optimizer steps to learn anything.

    Symptom:
        The loss is still falling when the training ends.

    Why it matters:
        Weights move a little in each step, and there is one step a batch, not one a row: large batches and few
        epochs make few steps.

    How it is detected:
        epochs · ⌈rows / batch_size⌉ below 200.

    Remedy:
        More epochs, or smaller batches.

    References:
        Goodfellow, Bengio & Courville 2016, Deep Learning, section 8.1.3.
    """

    code: ClassVar[str] = "step_budget"
    title: ClassVar[LocalizedText] = LocalizedText("Few steps", "Pocos pasos")
    text: ClassVar[LocalizedText] = LocalizedText(
        "The whole training has too few steps for the weights to get far.",
        "Todo el entrenamiento tiene muy pocos pasos para que los pesos lleguen lejos.",
    )
    reference: ClassVar[str] = "Goodfellow, Bengio & Courville 2016, Deep Learning, section 8.1.3"
    suspect: ClassVar[bool] = True
    FAULTY: ClassVar[Document] = specimen(epochs=10)
    HEALTHY: ClassVar[Document] = specimen()

    def find(self, design: Design) -> Iterator[Finding]:
        """At most one finding."""
        if design.steps >= LIMITS.least_steps:
            return
        yield self.finding(
            "warning",
            "specification",
            LocalizedText(
                f"The training makes {design.steps} steps in all ({design.steps_per_epoch} an epoch).",
                f"El entrenamiento da {design.steps} pasos en total ({design.steps_per_epoch} por época).",
            ),
            value=float(design.steps),
            threshold=float(LIMITS.least_steps),
            quantity="optimizer_steps",
            causes=[cause("few_epochs", "Few epochs, or large batches.", "Pocas épocas o lotes grandes.")],
            advice=[rates.longer(design, 5 * LIMITS.least_steps)],
        )
