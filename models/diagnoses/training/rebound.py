"""Diagnoses a training loss that rose again and stayed up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from models.diagnoses.advice import clipping, rates
from models.diagnoses.finding import Finding
from models.diagnoses.rule import TrainingRule, cause
from models.diagnoses.specimens import Document, adam, specimen
from models.diagnoses.thresholds import LIMITS
from models.diagnoses.training_run import TrainingRun
from models.text import LocalizedText

LAST = 5  # epochs in which the loss must stay up


class LossRebound(TrainingRule):
    """A training loss that rose again and stayed up.

    Symptom:
        The network had learned something, and lost it.

    Why it matters:
        One step too long can undo hundreds of good ones, and may leave units where nothing brings them back.

    How it is detected:
        In each of the last five epochs the loss is more than twice the best one, and the loss regained is more than
        a tenth of the loss of a constant prediction.

    Remedy:
        A smaller learning rate; clipping by norm.

    References:
        Ben Braiek & Khomh 2023, arXiv 2204.00694.
    """

    code: ClassVar[str] = "loss_rebound"
    title: ClassVar[LocalizedText] = LocalizedText("Loss rose again", "La pérdida volvió a subir")
    text: ClassVar[LocalizedText] = LocalizedText(
        "The training loss rose far above its best value and stayed there.",
        "La pérdida de entrenamiento subió muy por encima de su mejor valor y se quedó ahí.",
    )
    reference: ClassVar[str] = "Ben Braiek & Khomh 2023, arXiv 2204.00694"
    FAULTY: ClassVar[Document] = specimen(
        optimizer=adam({"type": "piecewise_constant_decay", "boundaries": [150], "values": [0.01, 10]})
    )
    HEALTHY: ClassVar[Document] = specimen(
        optimizer=adam({"type": "piecewise_constant_decay", "boundaries": [150], "values": [0.01, 0.001]})
    )

    def find(self, run: TrainingRun) -> Iterator[Finding]:
        """At most one finding."""
        loss = run.loss
        if len(loss) <= 2 * LAST or run.diverged or run.reference is None:
            return
        best, least = float(loss.min()), float(loss[-LAST:].min())
        if not (least > LIMITS.rebound * best and least - best > LIMITS.stalled * run.reference):
            return
        at = int(loss.argmin()) + 1
        yield self.finding(
            "error",
            "training",
            LocalizedText(
                f"The loss was {best:.3g} in epoch {at} and did not come below {least:.3g} in the last {LAST} epochs.",
                f"La pérdida fue {best:.3g} en la época {at} y no bajó de {least:.3g} en las últimas {LAST} épocas.",
            ),
            epoch=at,
            value=float(np.round(least / best, 4)) if best > 0 else None,
            threshold=LIMITS.rebound,
            quantity="loss_ratio",
            probability=1.0,
            evidence={"best_loss": best, "best_epoch": at, **run.progress()},
            causes=[
                cause("learning_rate_too_high", "The learning rate is too high.", "La tasa de aprendizaje es muy alta.")
            ],
            advice=[rates.lower(run.design), clipping.by_norm(run.design)],
        )
