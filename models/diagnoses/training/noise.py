"""Diagnoses a loss that the noise of small batches keeps from falling further."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from models.diagnoses.advice import rates
from models.diagnoses.finding import Finding
from models.diagnoses.rule import TrainingRule, cause
from models.diagnoses.specimens import OUTPUT, Document, adam, dense, specimen, table
from models.diagnoses.thresholds import LIMITS
from models.diagnoses.training.oscillation import LEAST_EPOCHS, turning
from models.diagnoses.training_run import TrainingRun
from models.text import LocalizedText


class GradientNoise(TrainingRule):
    """A loss that chance keeps from falling further.

    Symptom:
        The loss goes up and down around a level, by a little, and a smaller learning rate or a larger batch brings
        it lower.

    Why it matters:
        A batch's gradient is the mean over its rows. Where rows pull in different directions, the mean of few of them
        says little about the mean of all, and each step undoes the last: the network wanders around a valley and does
        not get down into it.

    How it is detected:
        Over the later half of the training the loss turns round in at least three of ten epochs, each time by more
        than a fiftieth of the loss of a constant prediction; and at the end the noise scale, which is the trace of the
        covariance of the rows' gradients over the squared norm of their mean, is more than ten batches. It is measured
        on all training rows of small jobs, else on some of them. A large noise scale alone is usual for a network that
        has come to rest, and steps that are simply too long end where the mean gradient is large too.

    Remedy:
        A smaller learning rate, best one that falls with time; a larger batch.

    References:
        McCandlish, Kaplan, Amodei et al. 2018, arXiv 1812.06162, section 2.2.
    """

    code: ClassVar[str] = "gradient_noise"
    title: ClassVar[LocalizedText] = LocalizedText("Noisy gradients", "Gradientes ruidosos")
    text: ClassVar[LocalizedText] = LocalizedText(
        "The gradient of a batch is mostly chance, and keeps the loss from falling further.",
        "El gradiente de un lote es sobre todo azar, y no deja que la pérdida siga bajando.",
    )
    reference: ClassVar[str] = "McCandlish, Kaplan, Amodei et al. 2018, arXiv 1812.06162"
    FAULTY: ClassVar[Document] = specimen(
        [dense("tanh", "glorot_uniform"), OUTPUT],
        table(noise=0.5, n_samples=80),
        optimizer=adam(0.1),
        batch_size=2,
        epochs=20,
    )
    HEALTHY: ClassVar[Document] = specimen(
        [dense("tanh", "glorot_uniform"), OUTPUT], table(noise=0.5, n_samples=80), batch_size=2, epochs=20
    )

    def find(self, run: TrainingRun) -> Iterator[Finding]:
        """At most one finding."""
        loss = run.loss
        if len(loss) < LEAST_EPOCHS or run.reference is None or not run.examined or run.diverged:
            return
        design = run.design
        batch, measured = design.spec.training.batch_size, run.examined.get("noise_scale")
        scale = np.inf if measured is None else measured
        unsteady = turning(loss[len(loss) // 2 :], LIMITS.unsteady * run.reference)
        if batch >= design.shape.train_rows or not (scale > LIMITS.noise * batch and unsteady > LIMITS.wandering):
            return
        yield self.finding(
            "warning" if run.failed else "info",
            "training",
            LocalizedText(
                f"The loss wanders, for batches of {batch} rows are small here: gradient and noise are equal at "
                + (f"about {scale:.0f} rows." if measured is not None else "more rows than were looked at."),
                f"La pérdida vaga, pues los lotes de {batch} filas son pequeños aquí: gradiente y ruido se "
                + (
                    f"igualan con unas {scale:.0f} filas."
                    if measured is not None
                    else "igualan con más filas de las examinadas."
                ),
            ),
            epoch=run.epochs,
            value=measured,
            threshold=LIMITS.noise * batch,
            quantity="noise_scale",
            probability=1.0,
            evidence={
                "turning_share": round(unsteady, 4),
                "signal_to_noise": run.examined.get("signal_to_noise"),
                "examined_rows": run.examined.get("rows"),
                **run.progress(),
            },
            causes=[cause("small_batch", "The batch is small.", "El lote es pequeño.")],
            advice=[rates.lower(design), rates.larger_batch(design)],
        )
