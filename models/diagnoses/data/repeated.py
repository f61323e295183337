"""Diagnoses test rows that are among the training rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from models.diagnoses.design import Design
from models.diagnoses.finding import Finding
from models.diagnoses.rule import DataRule, cause
from models.diagnoses.specimens import Document, specimen, table
from models.diagnoses.thresholds import LIMITS
from models.text import LocalizedText


class RepeatedRows(DataRule):
    """Test rows that the network has learned from.

    Symptom:
        A test score as good as the training score, and a disappointment with new data.

    Why it matters:
        The test asks how the network does on rows that it has not seen. A row that stands on both sides of the split
        only asks how well it remembers.

    How it is detected:
        Test rows whose features are equal to those of a training row in every entry: a remark, and a warning from one
        in twenty on. Where features can take few values this happens by itself.

    Remedy:
        Remove repeated rows before splitting, or keep all copies on one side.

    References:
        Kapoor & Narayanan 2023, Leakage and the reproducibility crisis in machine-learning-based science.
    """

    code: ClassVar[str] = "repeated_rows"
    title: ClassVar[LocalizedText] = LocalizedText(
        "Rows on both sides of the split", "Filas a ambos lados de la partición"
    )
    text: ClassVar[LocalizedText] = LocalizedText(
        "Some test rows are copies of training rows, so that the test score is too good.",
        "Algunas filas de evaluación son copias de filas de entrenamiento, y la nota de evaluación sale demasiado "
        "buena.",
    )
    reference: ClassVar[str] = (
        "Kapoor & Narayanan 2023, Leakage and the reproducibility crisis in machine-learning-based science"
    )
    FAULTY: ClassVar[Document] = specimen(data=table("blobs", centers=[[-1, 0], [1, 0]], cluster_std=0.0))
    HEALTHY: ClassVar[Document] = specimen(data=table("blobs", centers=[[-1, 0], [1, 0]], cluster_std=0.5))

    def find(self, design: Design, facts: dict[str, Any]) -> Iterator[Finding]:
        """At most one finding."""
        repeated, rows = facts.get("features", {}).get("repeated"), design.shape.test_rows
        if not repeated or not rows:
            return
        share = repeated / rows
        yield self.finding(
            "warning" if share > LIMITS.repeated else "info",
            "data",
            LocalizedText(
                f"{repeated} of the {rows} test rows have the same features as a training row.",
                f"{repeated} de las {rows} filas de evaluación tienen las mismas características que una fila de "
                "entrenamiento.",
            ),
            value=round(share, 4),
            threshold=LIMITS.repeated,
            quantity="repeated_share",
            causes=[cause("copies", "The table holds rows more than once.", "La tabla contiene filas repetidas.")],
        )
