"""Diagnoses updates that are large beside the weights."""

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


class LargeUpdates(TrainingRule):
    """Steps so long that the weights jump.

    Symptom:
        The loss jumps up and down, or throws units to where they die.

    Why it matters:
        The gradient describes the loss near the weights. A step of a tenth of their size leaves that neighbourhood.

    How it is detected:
        A layer whose median update ratio over the later half of the training is above 0.1.

    Remedy:
        A smaller learning rate; clipping by norm.

    References:
        Ben Braiek & Khomh 2023, arXiv 2204.00694.
    """

    code: ClassVar[str] = "large_updates"
    title: ClassVar[LocalizedText] = LocalizedText("Steps too long", "Pasos demasiado largos")
    text: ClassVar[LocalizedText] = LocalizedText(
        "A step changes a layer by so much that the gradient no longer describes where it lands.",
        "Un paso cambia tanto una capa que el gradiente ya no describe el lugar al que llega.",
    )
    reference: ClassVar[str] = "Ben Braiek & Khomh 2023, arXiv 2204.00694"
    FAULTY: ClassVar[Document] = specimen(optimizer=adam(1.0), batch_size=150, epochs=6)
    HEALTHY: ClassVar[Document] = specimen(batch_size=150, epochs=150)

    def find(self, run: TrainingRun) -> Iterator[Finding]:
        """One finding for all such layers."""
        ratios = run.measured("update_ratio")[1:]
        later = ratios[len(ratios) // 2 :]
        if len(later) < LIMITS.checks:
            return
        median = np.median(later, axis=0)
        found = np.flatnonzero(median > LIMITS.updates_large)
        if not len(found):
            return
        yield self.finding(
            "error" if run.failed else "warning",
            "training",
            LocalizedText(
                f"A step changes these layers by up to {median.max():.0%} of their size.",
                f"Un paso cambia estas capas hasta un {median.max():.0%} de su tamaño.",
            ),
            layers=[run.name(int(i)) for i in found],
            value=float(median.max()),
            threshold=LIMITS.updates_large,
            quantity="update_ratio",
            probability=1.0,
            evidence=run.progress(),
            causes=[
                cause("learning_rate_too_high", "The learning rate is too high.", "La tasa de aprendizaje es muy alta.")
            ],
            advice=[rates.lower(run.design), clipping.by_norm(run.design)],
        )
