"""Diagnoses classes of very different size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from models.diagnoses.advice import data
from models.diagnoses.design import Design
from models.diagnoses.finding import Finding
from models.diagnoses.rule import DataRule, cause
from models.diagnoses.specimens import SHAPED, Document, specimen, table
from models.diagnoses.thresholds import LIMITS
from models.text import LocalizedText


class ClassImbalance(DataRule):
    """Classes of very different size.

    Symptom:
        A high accuracy that always giving the commonest class would have too; rare classes are never predicted.

    Why it matters:
        A mean over all rows hardly notices the errors on a rare class.

    How it is detected:
        More than ten rows of the commonest class for each of the rarest among the training rows; not where the spec
        weighs the classes.

    Remedy:
        class_weight; metrics that see rare classes (recall, f1, auc).

    References:
        He & Garcia 2009, Learning from imbalanced data.
    """

    code: ClassVar[str] = "class_imbalance"
    title: ClassVar[LocalizedText] = LocalizedText("Unbalanced classes", "Clases desequilibradas")
    text: ClassVar[LocalizedText] = LocalizedText(
        "One class has many times more rows than another.",
        "Una clase tiene muchas más filas que otra.",
    )
    reference: ClassVar[str] = "He & Garcia 2009, Learning from imbalanced data"
    FAULTY: ClassVar[Document] = specimen(data=table("classification", **SHAPED, weights=[0.95], flip_y=0.0))
    HEALTHY: ClassVar[Document] = specimen(data=table("classification", **SHAPED))

    def find(self, design: Design, facts: dict[str, Any]) -> Iterator[Finding]:
        """At most one finding."""
        counts = facts.get("class_counts")
        if not counts or design.spec.training.class_weight is not None:
            return
        ratio = max(counts) / max(1, min(counts))
        if ratio <= LIMITS.imbalance:
            return
        yield self.finding(
            "warning",
            "data",
            LocalizedText(
                f"The commonest class has {ratio:.0f} training rows for each of the rarest.",
                f"La clase más común tiene {ratio:.0f} filas de entrenamiento por cada una de la más rara.",
            ),
            value=round(ratio, 2),
            threshold=LIMITS.imbalance,
            quantity="class_ratio",
            evidence={"class_counts": counts},
            causes=[cause("class_frequencies", "The data are unbalanced.", "Los datos están desequilibrados.")],
            advice=[data.weigh_classes(design, counts)],
        )
