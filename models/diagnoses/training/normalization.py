"""Diagnoses a batch normalization that differs between training and inference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from models.diagnoses.advice import layers, rates
from models.diagnoses.finding import Finding
from models.diagnoses.rule import TrainingRule, cause
from models.diagnoses.specimens import OUTPUT, Document, dense, specimen, table
from models.diagnoses.thresholds import LIMITS
from models.diagnoses.training_run import TrainingRun
from models.text import LocalizedText


class NormalizationGap(TrainingRule):
    """A batch normalization that does one thing while training and another afterwards.

    Symptom:
        A good training loss, and a network that is poor on the very same rows once it is trained.

    Why it matters:
        While training, a batch is normalized with its own mean and variance; afterwards with running averages of them.
        If there were too few steps for the averages to catch up, or batches too small to estimate anything, the
        trained network reads its inputs through the wrong glasses.

    How it is detected:
        On training rows at the end, the data loss with running averages exceeds that with the rows' own statistics by
        more than half of it and by a tenth of the loss of a constant prediction: a warning, and an error where
        only the network with averages fails. Also a warning: a normalization whose median running variance is below
        1e-6, so that there is nothing to normalize.

    Remedy:
        A smaller momentum of the normalization, so that the averages follow faster; more steps; larger batches.

    References:
        Ioffe & Szegedy 2015, arXiv 1502.03167, section 3.1; Ben Braiek & Khomh 2023, arXiv 2204.00694.
    """

    code: ClassVar[str] = "normalization_gap"
    title: ClassVar[LocalizedText] = LocalizedText(
        "Batch normalization out of step", "Normalización por lotes desfasada"
    )
    text: ClassVar[LocalizedText] = LocalizedText(
        "The network behaves differently with the running averages of its batch normalization than it did while "
        "training.",
        "Con los promedios acumulados de la normalización por lotes, la red se comporta de otro modo que al entrenar.",
    )
    reference: ClassVar[str] = "Ioffe & Szegedy 2015, arXiv 1502.03167, section 3.1"
    FAULTY: ClassVar[Document] = specimen(
        [dense(None), "batch_normalization", {"type": "activation", "activation": "relu"}, OUTPUT],
        {**table("blobs", centers=[[18, 22], [22, 18]], cluster_std=2.0), "scaler": None},
        epochs=10,
    )
    HEALTHY: ClassVar[Document] = specimen(
        [dense(None), "batch_normalization", {"type": "activation", "activation": "relu"}, OUTPUT],
        {**table("blobs", centers=[[18, 22], [22, 18]], cluster_std=2.0), "scaler": None},
        epochs=150,
    )

    def find(self, run: TrainingRun) -> Iterator[Finding]:
        """One finding for the losses, one for normalizations of what does not vary."""
        yield from self._gap(run)
        variances = run.examined.get("running_variance", {})
        flat = [name for name, variance in variances.items() if variance < LIMITS.flat_variance]
        if flat:
            yield self.finding(
                "warning",
                "training",
                LocalizedText(
                    f"What reaches {', '.join(flat)} hardly differs from row to row: there is nothing to normalize.",
                    f"Lo que llega a {', '.join(flat)} apenas difiere de una fila a otra: no hay nada que normalizar.",
                ),
                epoch=run.epochs,
                value=min(variances.values()),
                threshold=LIMITS.flat_variance,
                quantity="running_variance",
                probability=1.0,
            )

    def _gap(self, run: TrainingRun) -> Iterator[Finding]:
        """The two losses part."""
        batch, averaged = run.examined.get("batch_loss"), run.examined.get("loss")
        if batch is None or averaged is None or run.reference is None:
            return
        gap = averaged - batch
        if not (gap > LIMITS.gap * batch and gap > LIMITS.stalled * run.reference):
            return
        harmed = run.failed and batch < (1 - LIMITS.failed) * run.reference
        yield self.finding(
            "error" if harmed else "warning",
            "training",
            LocalizedText(
                f"On the same training rows the loss is {batch:.3g} with the rows' own mean and variance, and "
                f"{averaged:.3g} with the running averages that the trained network uses.",
                f"Con las mismas filas de entrenamiento la pérdida es {batch:.3g} usando su propia media y varianza, y "
                f"{averaged:.3g} usando los promedios acumulados que emplea la red entrenada.",
            ),
            epoch=run.epochs,
            value=round(gap / batch, 4) if batch > 0 else None,
            threshold=LIMITS.gap,
            quantity="normalization_gap",
            probability=1.0,
            evidence={"batch_loss": batch, "loss": averaged, **run.progress()},
            causes=[
                cause(
                    "slow_averages",
                    "The running averages have not caught up: there were too few steps for their momentum.",
                    "Los promedios no se han puesto al día: hubo pocos pasos para su momentum.",
                )
            ],
            advice=[
                layers.faster_averages(run.design),
                rates.longer(run.design, 5 * LIMITS.least_steps),
                rates.larger_batch(run.design),
            ],
        )
