"""Diagnoses saturated hidden units."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from models.diagnoses.advice import activations, layers, rates, weights
from models.diagnoses.finding import Finding
from models.diagnoses.rule import TrainingRule
from models.diagnoses.specimens import OUTPUT, Document, dense, specimen
from models.diagnoses.thresholds import LIMITS
from models.diagnoses.training.vanishing import causes
from models.diagnoses.training_run import TrainingRun, longest_run
from models.text import LocalizedText


class SaturatedUnits(TrainingRule):
    """Hidden units at the flat ends of their activation.

    Symptom:
        Activations near their bounds for most rows; the loss stands still.

    Why it matters:
        Where the activation is flat its slope is almost zero, and every gradient on the way back is multiplied by it.

    How it is detected:
        More than half of a hidden layer's entries have a slope below a twentieth of the steepest one, in at least
        three measurements in a row; only for activations that flatten on both sides (of a ReLU, half is normal). It
        is an error where the training failed and stood still at the same time for a fifth of the epochs, or where a
        layer behind the first is so from the untrained network on, in half of the measurements. A first layer that
        only tells two sides apart may saturate from large inputs and harm nobody.

    Remedy:
        Centred and smaller initial weights; ReLU or SELU; batch normalization; a smaller learning rate where it comes
        while training. A network that has learned its task well may saturate in peace.

    References:
        Glorot & Bengio 2010, section 3.
    """

    code: ClassVar[str] = "saturated_units"
    title: ClassVar[LocalizedText] = LocalizedText("Saturated units", "Unidades saturadas")
    text: ClassVar[LocalizedText] = LocalizedText(
        "Most entries of a layer lie where the activation is flat, so that hardly any gradient passes.",
        "La mayoría de los valores de una capa caen donde la activación es plana y apenas pasa gradiente.",
    )
    reference: ClassVar[str] = "Glorot & Bengio 2010, section 3"
    FAULTY: ClassVar[Document] = specimen([dense("tanh", {"type": "random_normal", "stddev": 5}, repeat=5), OUTPUT])
    HEALTHY: ClassVar[Document] = specimen([dense("tanh", "glorot_uniform", repeat=5), OUTPUT])

    def find(self, run: TrainingRun) -> Iterator[Finding]:
        """One finding for all such layers."""
        flat = run.measured("saturated_fraction") > LIMITS.saturated
        bounded = [i for i, block in enumerate(run.hidden) if block.bounded]
        found = [i for i in bounded if longest_run(flat[:, i]) >= LIMITS.checks]
        if not found:
            return
        shares = run.measured("saturated_fraction")[:, found]
        # Measurements stand for the epochs between them.
        held = float((flat[:, found].any(axis=1) & run.on_plateau).sum()) / max(1, (run.checks > 0).sum())
        at_start = bool(flat[0, found].any())
        born = any(i > 0 and flat[0, i] and flat[:, i].mean() >= LIMITS.saturated_checks for i in found)
        suffers = born or (run.failed and held >= LIMITS.saturated_epochs)
        worst = float(np.nanmax(np.nanmedian(shares, axis=0)))
        yield self.finding(
            "error" if suffers else "info" if not run.harmed else "warning",
            "initialization" if at_start else "training",
            LocalizedText(
                "In these layers most entries lie where the activation is flat"
                + (f"; the loss stood still meanwhile, for {held:.0%} of the epochs." if run.harmed else "."),
                "En estas capas la mayoría de los valores están donde la activación es plana"
                + (f"; mientras, la pérdida no bajaba, durante el {held:.0%} de las épocas." if run.harmed else "."),
            ),
            layers=[run.name(i) for i in found],
            epoch=int(run.checks[np.flatnonzero(flat[:, found].any(axis=1))[0]]),
            value=round(worst, 4),
            threshold=LIMITS.saturated,
            quantity="saturated_fraction",
            probability=1.0,
            evidence={
                "saturated_at_start": {
                    run.name(i): round(float(run.measured("saturated_fraction")[0, i]), 4) for i in found
                },
                "share_of_epochs_held_up": round(held, 4),
                **run.progress(),
            },
            causes=causes(run.design),
            advice=[
                weights.matching(run.design),
                activations.relu_he(run.design),
                activations.selu_lecun(run.design),
                layers.batch_normalization(run.design),
                *([] if at_start else [rates.lower(run.design)]),
            ],
        )
