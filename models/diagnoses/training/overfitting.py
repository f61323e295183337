"""Diagnoses overfitting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from models.diagnoses.advice import penalties
from models.diagnoses.finding import Finding
from models.diagnoses.rule import TrainingRule, cause
from models.diagnoses.specimens import OUTPUT, SHAPED, Document, dense, specimen, table
from models.diagnoses.thresholds import LIMITS
from models.diagnoses.training_run import Floats, TrainingRun
from models.text import LocalizedText

LEAST_EPOCHS = 10
LAST = 0.1  # the share of the epochs that is the end


class Overfitting(TrainingRule):
    """Learning the training rows by heart.

    Symptom:
        The training loss goes on falling while the validation loss rises.

    Why it matters:
        What the network learns after that point is true of the training rows only.

    How it is detected:
        The validation loss over the last tenth of the epochs is more than a tenth above its best value, and more
        than a tenth above the training loss: a warning. It is an error where it rose by more than half, and the
        accuracies on training and test rows have parted by ten points (for numbers: the test loss is twice the
        training loss).

    Remedy:
        Early stopping with the best weights; a penalty on the weights; dropout; fewer units.

    References:
        Prechelt 1998, Early stopping - but when?
    """

    code: ClassVar[str] = "overfitting"
    title: ClassVar[LocalizedText] = LocalizedText("Overfitting", "Sobreajuste")
    text: ClassVar[LocalizedText] = LocalizedText(
        "The network gets better on the training rows and worse on the others.",
        "La red mejora con las filas de entrenamiento y empeora con las demás.",
    )
    reference: ClassVar[str] = "Prechelt 1998, Early stopping - but when?"
    FAULTY: ClassVar[Document] = specimen(
        [dense(units=64, repeat=2), OUTPUT],
        table("classification", **SHAPED, flip_y=0.4),
        epochs=100,
        validation="test",
    )
    HEALTHY: ClassVar[Document] = specimen(validation="test")

    def find(self, run: TrainingRun) -> Iterator[Finding]:
        """At most one finding."""
        test = run.record.history.get("val_loss", np.zeros(0))
        if len(test) < LEAST_EPOCHS or run.diverged or not np.isfinite(test).all():
            return
        last = max(1, int(LAST * len(test)))
        end, train = float(np.median(test[-last:])), float(np.median(run.loss[-last:]))
        best = float(smoothed(test).min())
        rise = end / best if best > 0 else 1.0
        if not (rise > LIMITS.overfit_rise and end > LIMITS.overfit_rise * train and train < run.loss[0]):
            return
        gap = accuracy_gap(run)
        parted = end > LIMITS.rebound * train if gap is None else gap > LIMITS.overfit_gap
        at = int(smoothed(test).argmin()) + 1
        yield self.finding(
            "error" if rise > LIMITS.overfit_severe and parted else "warning",
            "training",
            LocalizedText(
                f"The validation loss was best around epoch {at} ({best:.3g}) and ends at {end:.3g}, while the "
                f"training loss is {train:.3g}.",
                f"La pérdida de validación fue mejor hacia la época {at} ({best:.3g}) y acaba en {end:.3g}, mientras "
                f"que la de entrenamiento es {train:.3g}.",
            ),
            epoch=at,
            value=round(rise, 4),
            threshold=LIMITS.overfit_rise,
            quantity="validation_loss_rise",
            probability=1.0,
            evidence={"accuracy_gap": gap, "training_loss": train, "validation_loss": end},
            causes=[
                cause(
                    "capacity",
                    "The network is large for so few rows, or trains for too long.",
                    "La red es grande para tan pocas filas, o entrena demasiado tiempo.",
                )
            ],
            advice=[
                penalties.early_stopping(run.design),
                penalties.decay(run.design),
                penalties.dropout(run.design),
            ],
        )


def smoothed(values: Floats) -> Floats:
    """(E - w + 1,) means over a window of w epochs, a twentieth of them."""
    window = max(1, len(values) // 20)
    return np.convolve(values, np.full(window, 1 / window), mode="valid")


def accuracy_gap(run: TrainingRun) -> float | None:
    """Training less test accuracy at the end; None where there is no accuracy."""
    finished = run.record.finished
    pair = [
        None if finished is None else finished.metrics.get(split, {}).get("accuracy") for split in ("train", "test")
    ]
    return None if pair[0] is None or pair[1] is None else round(pair[0] - pair[1], 4)
