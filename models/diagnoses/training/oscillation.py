"""Diagnoses a loss that oscillates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from models.diagnoses.advice import rates
from models.diagnoses.finding import Finding
from models.diagnoses.rule import TrainingRule, cause
from models.diagnoses.specimens import OUTPUT, Document, adam, dense, specimen
from models.diagnoses.thresholds import LIMITS
from models.diagnoses.training_run import Floats, TrainingRun
from models.text import LocalizedText

LEAST_EPOCHS = 10


class OscillatingLoss(TrainingRule):
    """A loss that jumps up and down.

    Symptom:
        The training loss rises in one epoch and falls in the next, by far more than it falls over many.

    Why it matters:
        Steps that are too long leap over the valley that they should descend; where the training ends is luck.

    How it is detected:
        The share of the epochs in which the loss turns round by more than a tenth of the way from the reference (the
        loss of a constant prediction) to its best value, or of half the reference where that is more.

    Remedy:
        A tenth of the learning rate; adam; a larger batch.

    References:
        Zhang et al. 2021, AUTOTRAINER, ICSE, section 3; Cohen et al. 2021, arXiv 2103.00065.
    """

    code: ClassVar[str] = "oscillating_loss"
    title: ClassVar[LocalizedText] = LocalizedText("Oscillating loss", "Pérdida oscilante")
    text: ClassVar[LocalizedText] = LocalizedText(
        "The loss jumps up and down between epochs instead of falling.",
        "La pérdida sube y baja de una época a otra en vez de descender.",
    )
    reference: ClassVar[str] = "Zhang et al. 2021, AUTOTRAINER, ICSE; Cohen et al. 2021, arXiv 2103.00065"
    FAULTY: ClassVar[Document] = specimen(
        [dense("tanh", "glorot_uniform", repeat=5), OUTPUT], optimizer=adam(1.0), epochs=60
    )
    HEALTHY: ClassVar[Document] = specimen([dense("tanh", "glorot_uniform", repeat=5), OUTPUT])

    def find(self, run: TrainingRun) -> Iterator[Finding]:
        """At most one finding."""
        loss = run.loss[np.isfinite(run.loss)]
        if len(loss) < LEAST_EPOCHS or run.reference is None:
            return
        # A loss that hardly fell has a small range: its noise is not taken for jumps.
        span = max(run.reference - float(loss.min()), run.reference / 2)
        share = turning(loss, LIMITS.oscillation * span)
        ratios = run.measured("update_ratio")[1:]
        still = len(ratios) > 0 and float(np.max(np.median(ratios, axis=0))) < LIMITS.updates_small
        if not share > LIMITS.oscillating or still:  # what jumps while no weight moves is noise
            return
        yield self.finding(
            "error" if run.failed or share > 3 * LIMITS.oscillating else "warning",
            "training",
            LocalizedText(
                f"In {share:.0%} of the epochs the loss turned round by more than a tenth of its range.",
                f"En el {share:.0%} de las épocas la pérdida cambió de rumbo en más de una décima parte de su rango.",
            ),
            value=round(share, 4),
            threshold=LIMITS.oscillating,
            quantity="turning_share",
            probability=1.0,
            evidence={"range": span, **run.progress()},
            causes=[
                cause("learning_rate_too_high", "The learning rate is too high.", "La tasa de aprendizaje es muy alta.")
            ],
            advice=[rates.lower(run.design), rates.adam(run.design), rates.larger_batch(run.design)],
        )


def turning(loss: Floats, jump: float) -> float:
    """The share of the epochs in which the loss changes direction by more than ``jump``.

    Example:
        >>> turning(np.array([1.0, 0.0, 1.0, 0.0, 1.0]), 0.5)
        0.75
    """
    change = np.diff(loss)
    turns = (np.sign(change[1:]) != np.sign(change[:-1])) & (np.minimum(abs(change[1:]), abs(change[:-1])) > jump)
    return float(turns.sum() / max(1, len(change)))
