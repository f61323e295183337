"""Diagnoses updates that are tiny beside the weights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from models.diagnoses.advice import rates
from models.diagnoses.finding import Finding
from models.diagnoses.rule import TrainingRule, cause
from models.diagnoses.specimens import Document, adam, specimen
from models.diagnoses.thresholds import LIMITS
from models.diagnoses.training_run import TrainingRun
from models.text import LocalizedText


class SmallUpdates(TrainingRule):
    """Steps so short that no weight gets anywhere.

    Symptom:
        The loss falls, if at all, by the same tiny amount in every epoch.

    Why it matters:
        A step that changes a weight by a hundred-thousandth of its size needs a hundred thousand steps to change it
        by its size.

    How it is detected:
        On the first plateau of the loss even the layer that changes most has a median update ratio below 1e-5. A
        network that has learned and come to rest is not meant.

    Remedy:
        A greater learning rate; adam, which scales steps by the gradient.

    References:
        Ben Braiek & Khomh 2023, arXiv 2204.00694.
    """

    code: ClassVar[str] = "small_updates"
    title: ClassVar[LocalizedText] = LocalizedText("Steps too short", "Pasos demasiado cortos")
    text: ClassVar[LocalizedText] = LocalizedText(
        "Every layer changes so little in a step that the training stands still.",
        "Todas las capas cambian tan poco en cada paso que el entrenamiento no avanza.",
    )
    reference: ClassVar[str] = "Ben Braiek & Khomh 2023, arXiv 2204.00694"
    FAULTY: ClassVar[Document] = specimen(optimizer=adam(1e-7))
    HEALTHY: ClassVar[Document] = specimen()

    def find(self, run: TrainingRun) -> Iterator[Finding]:
        """At most one finding."""
        ratios, rows = run.measured("update_ratio"), run.on_plateau
        if len(ratios) != len(rows) or rows.sum() < LIMITS.checks or not run.harmed:
            return
        value = float(np.max(np.median(ratios[rows], axis=0)))
        if not value < LIMITS.updates_small:
            return
        yield self.finding(
            "error" if run.failed else "warning",
            "training",
            LocalizedText(
                f"No layer changes by more than {value:.1e} of its size in a step while the loss stands still.",
                f"Ninguna capa cambia más de {value:.1e} de su tamaño en un paso mientras la pérdida no baja.",
            ),
            layers=[block.name for block in run.design.blocks],
            epoch=1,
            value=value,
            threshold=LIMITS.updates_small,
            quantity="update_ratio",
            probability=1.0,
            evidence=run.progress(),
            causes=[
                cause("learning_rate_too_low", "The learning rate is too low.", "La tasa de aprendizaje es muy baja.")
            ],
            advice=[rates.higher(run.design), rates.adam(run.design)],
        )
