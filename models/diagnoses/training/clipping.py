"""Diagnoses gradient clipping that acts in every step, or in none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from models.diagnoses.advice import clipping, rates
from models.diagnoses.finding import Finding
from models.diagnoses.rule import TrainingRule, cause
from models.diagnoses.specimens import ADAM, Document, specimen
from models.diagnoses.thresholds import LIMITS
from models.diagnoses.training_run import TrainingRun
from models.specs.optimizers import CLIP_MODES
from models.text import LocalizedText


class ClippingShare(TrainingRule):
    """Clipping that always acts, or never does.

    Symptom:
        Almost every step is clipped, and changing the learning rate does nothing that changing the bound would not;
        or no step ever is.

    Why it matters:
        A bound that always acts is a second learning rate in disguise. One that never acts is decoration, and it is
        good to know which of the two an exercise has.

    How it is detected:
        The median over the epochs of the share of clipped steps: above nine tenths a warning, an error where the
        training failed; exactly zero throughout a remark.

    Remedy:
        A bound near the usual norm of the gradient, and the learning rate that fits; or no clipping.

    References:
        Pascanu, Mikolov & Bengio 2013, arXiv 1211.5063.
    """

    code: ClassVar[str] = "clipping_share"
    title: ClassVar[LocalizedText] = LocalizedText("Clipping always or never active", "Recorte siempre o nunca activo")
    text: ClassVar[LocalizedText] = LocalizedText(
        "The gradient clipping acts in nearly every step, or in none.",
        "El recorte de gradientes actúa en casi todos los pasos, o en ninguno.",
    )
    reference: ClassVar[str] = "Pascanu, Mikolov & Bengio 2013, arXiv 1211.5063"
    FAULTY: ClassVar[Document] = specimen(optimizer={**ADAM, "global_clipnorm": 1e-4})
    HEALTHY: ClassVar[Document] = specimen(optimizer={**ADAM, "global_clipnorm": 0.2})

    def find(self, run: TrainingRun) -> Iterator[Finding]:
        """At most one finding."""
        optimizer = run.design.spec.training.optimizer
        modes = [mode for mode in CLIP_MODES if getattr(optimizer, mode) is not None]
        shares = run.overall("clipped_fraction")[1:]
        shares = shares[np.isfinite(shares)]
        if not modes or len(shares) == 0:
            return
        share = float(np.median(shares))
        evidence = {"mode": modes[0], "bound": getattr(optimizer, modes[0])}
        scales = run.overall("clip_scale")[1:]
        if share > LIMITS.clipping:
            yield self.finding(
                "error" if run.failed else "warning",
                "training",
                LocalizedText(
                    f"{modes[0]} acts in {share:.0%} of the steps: it sets their length, not the learning rate.",
                    f"{modes[0]} actúa en el {share:.0%} de los pasos: él fija su longitud, no la tasa de aprendizaje.",
                ),
                value=round(share, 4),
                threshold=LIMITS.clipping,
                quantity="clipped_fraction",
                probability=1.0,
                evidence={**evidence, "median_scale": float(np.nanmedian(scales)), **run.progress()},
                causes=[
                    cause("bound_too_low", "The bound is far below the gradient.", "El límite está muy por debajo.")
                ],
                advice=[clipping.by_norm(run.design, _usual(run)), rates.lower(run.design)],
            )
        elif not shares.any():
            yield self.finding(
                "info",
                "training",
                LocalizedText(
                    f"{modes[0]} was never active: the training would have been the same without it.",
                    f"{modes[0]} nunca actuó: el entrenamiento habría sido el mismo sin él.",
                ),
                value=0.0,
                threshold=0.0,
                quantity="clipped_fraction",
                probability=1.0,
                evidence=evidence,
                advice=[clipping.none(run.design)],
            )


def _usual(run: TrainingRun) -> float:
    """The median norm of the whole gradient, to two digits."""
    norms = run.overall("gradient_norm")
    norms = norms[np.isfinite(norms) & (norms > 0)]
    return float(f"{np.median(norms):.2g}") if len(norms) else 1.0
