"""Diagnoses a network that answers the same for every row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

import numpy as np

from models.diagnoses.advice import data, rates
from models.diagnoses.finding import Finding
from models.diagnoses.rule import TrainingRule, cause
from models.diagnoses.specimens import OUTPUT, Document, dense, specimen
from models.diagnoses.thresholds import LIMITS
from models.diagnoses.training_run import TrainingRun
from models.text import LocalizedText


class OutputCollapse(TrainingRule):
    """One answer for every row.

    Symptom:
        The confusion matrix has a single column; or the predicted values hardly differ from each other.

    Why it matters:
        A network that answers the same to everything has learned the frequencies of the classes, or the mean of the
        targets, and nothing of the inputs. With unbalanced classes its accuracy may look good all the same.

    How it is detected:
        On the training rows at the end: the entropy of the predicted classes below a twentieth of that of the true
        ones, or the standard deviation of the predicted values below a twentieth of the targets'. An error where the
        training failed.

    Remedy:
        What made the training fail, if something did; with unbalanced classes class_weight.

    References:
        Ben Braiek & Khomh 2023, arXiv 2204.00694.
    """

    code: ClassVar[str] = "output_collapse"
    title: ClassVar[LocalizedText] = LocalizedText("One answer for every row", "Una respuesta para todas las filas")
    text: ClassVar[LocalizedText] = LocalizedText(
        "The trained network gives practically the same answer to every row.",
        "La red entrenada da prácticamente la misma respuesta a todas las filas.",
    )
    reference: ClassVar[str] = "Ben Braiek & Khomh 2023, arXiv 2204.00694"
    symptom: ClassVar[bool] = True
    FAULTY: ClassVar[Document] = specimen(
        [dense(repeat=2, bias_initializer={"type": "constant", "value": -20}), OUTPUT]
    )
    HEALTHY: ClassVar[Document] = specimen()

    def find(self, run: TrainingRun) -> Iterator[Finding]:
        """At most one finding; none for a training that diverged, which says more."""
        answers, counts = run.examined.get("answers", {}), run.facts.get("class_counts") or []
        predicted, ratio = answers.get("class_counts"), answers.get("std_ratio")
        if predicted and counts and entropy(counts) > 0:
            ratio = entropy(predicted) / entropy(counts)
        if run.diverged or ratio is None or ratio >= LIMITS.collapsed:
            return
        design = run.design
        uneven = bool(counts) and max(counts) > LIMITS.imbalance * max(1, min(counts))
        yield self.finding(
            "error" if run.failed else "warning",
            "training",
            LocalizedText(
                "The trained network gives one answer to practically every row: the variety of its answers is "
                f"{ratio:.1%} of that of the targets.",
                "La red entrenada da la misma respuesta a prácticamente todas las filas: la variedad de sus respuestas "
                f"es el {ratio:.1%} de la de los objetivos.",
            ),
            epoch=run.epochs,
            value=round(ratio, 4),
            threshold=LIMITS.collapsed,
            quantity="predicted_entropy_ratio" if predicted else "predicted_std_ratio",
            probability=1.0,
            evidence={"predicted_counts": predicted, "class_counts": counts, **run.progress()},
            causes=[
                cause(
                    "class_frequencies",
                    "One class is so common that always giving it costs little.",
                    "Una clase es tan común que darla siempre cuesta poco.",
                )
                if uneven
                else cause(
                    "nothing_learned",
                    "The outputs do not depend on the inputs; other findings may say why.",
                    "Las salidas no dependen de las entradas; otros hallazgos pueden decir por qué.",
                )
            ],
            advice=[data.weigh_classes(design, counts)] if uneven else [rates.higher(design), rates.adam(design)],
        )


def entropy(counts: Sequence[int]) -> float:
    """Of the frequencies, in nats.

    Example:
        >>> entropy([4, 0, 0])
        0.0
    """
    share = np.asarray(counts, np.float64) / max(1, sum(counts))
    return float(-(share[share > 0] * np.log(share[share > 0])).sum()) + 0.0
