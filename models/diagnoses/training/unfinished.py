"""Diagnoses a loss that was still falling at the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from models.diagnoses.advice import rates
from models.diagnoses.finding import Finding
from models.diagnoses.rule import TrainingRule, cause
from models.diagnoses.specimens import Document, specimen, table
from models.diagnoses.thresholds import LIMITS
from models.diagnoses.training_run import Floats, TrainingRun
from models.text import LocalizedText

LEAST_EPOCHS = 10
FALL = 0.1  # share of the loss over the last tenth of the epochs


class Unfinished(TrainingRule):
    """A loss that was still falling at the end.

    Symptom:
        The curve of the training loss ends on a slope.

    Why it matters:
        More epochs would still have made the network better on its training rows; comparing it with a finished one
        is not fair.

    How it is detected:
        The training loss fell by more than a tenth over the last tenth of the epochs. It is an error where the whole
        training had fewer than 50 steps and its loss is not far below that of a constant.

    Remedy:
        More epochs, or a greater learning rate.

    References:
        Goodfellow, Bengio & Courville 2016, Deep Learning, section 11.4.
    """

    code: ClassVar[str] = "unfinished"
    title: ClassVar[LocalizedText] = LocalizedText("Still learning at the end", "Aún aprendía al terminar")
    text: ClassVar[LocalizedText] = LocalizedText(
        "The training loss was still falling when the training ended.",
        "La pérdida de entrenamiento seguía bajando cuando terminó el entrenamiento.",
    )
    reference: ClassVar[str] = "Goodfellow, Bengio & Courville 2016, Deep Learning, section 11.4"
    FAULTY: ClassVar[Document] = specimen()
    HEALTHY: ClassVar[Document] = specimen(data=table(noise=0.4))

    def find(self, run: TrainingRun) -> Iterator[Finding]:
        """At most one finding."""
        if run.design.steps < LIMITS.steps_few and run.gain < LIMITS.short and not run.diverged:
            yield self._hardly_begun(run)
            return
        loss = run.loss
        finished = run.record.finished
        stopped = finished is not None and finished.stop_reason != "completed"
        if len(loss) < LEAST_EPOCHS or stopped or not np.isfinite(loss).all():
            return
        fall = late_fall(loss)
        if fall is None or not fall > FALL:
            return
        yield self.finding(
            "info",
            "training",
            LocalizedText(
                f"The training loss fell by {fall:.0%} over the last tenth of the epochs.",
                f"La pérdida de entrenamiento bajó un {fall:.0%} en la última décima parte de las épocas.",
            ),
            epoch=run.epochs,
            value=round(fall, 4),
            threshold=FALL,
            quantity="late_fall",
            probability=1.0,
            advice=[rates.longer(run.design, 2 * run.design.steps)],
        )

    def _hardly_begun(self, run: TrainingRun) -> Finding:
        """The training ended before it could come far."""
        steps = run.design.steps
        return self.finding(
            "error",
            "training",
            LocalizedText(
                f"The training ended after {steps} steps, with most of its loss still there.",
                f"El entrenamiento terminó tras {steps} pasos, con la mayor parte de su pérdida aún presente.",
            ),
            epoch=run.epochs,
            value=steps,
            threshold=LIMITS.steps_few,
            quantity="steps",
            probability=1.0,
            evidence=run.progress(),
            causes=[cause("few_epochs", "There were too few epochs.", "Hubo muy pocas épocas.")],
            advice=[rates.longer(run.design, 500)],
        )


def late_fall(loss: Floats) -> float | None:
    """By what share the mean of the last tenth of a loss (E,) is below that of the tenth before; None from nothing.

    Example:
        >>> late_fall(np.array([8.0, 4.0, 2.0, 1.0]))
        0.5
    """
    window = max(1, len(loss) // 10)
    before, after = float(loss[-2 * window : -window].mean()), float(loss[-window:].mean())
    return 1 - after / before if before > 0 else None
