"""Diagnoses columns that have the same value in every row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from models.diagnoses.design import Design
from models.diagnoses.finding import Finding
from models.diagnoses.rule import DataRule, cause
from models.diagnoses.specimens import Document, specimen, table
from models.text import LocalizedText


class ConstantColumns(DataRule):
    """Columns that say the same of every row.

    Symptom:
        Weights that never matter; where it is every column, a network that can only answer with a constant.

    Why it matters:
        What never changes tells no row from another: it acts as one more bias. Often it is a sign that something went
        wrong before, such as a wrong column or a filter that left one kind of rows.

    How it is detected:
        Columns with a single value in all training rows; a remark, and a warning where it is all of them.

    Remedy:
        Leave the columns out, or find out why they do not change.

    References:
        Kuhn & Johnson 2013, Applied Predictive Modeling, section 3.5.
    """

    code: ClassVar[str] = "constant_columns"
    title: ClassVar[LocalizedText] = LocalizedText("Constant columns", "Columnas constantes")
    text: ClassVar[LocalizedText] = LocalizedText(
        "Some columns have the same value in every row and tell the network nothing.",
        "Algunas columnas tienen el mismo valor en todas las filas y no le dicen nada a la red.",
    )
    reference: ClassVar[str] = "Kuhn & Johnson 2013, Applied Predictive Modeling, section 3.5"
    root: ClassVar[bool] = True
    FAULTY: ClassVar[Document] = specimen(data=table("blobs", centers=[[-1, 0], [1, 0]], cluster_std=0.0))
    HEALTHY: ClassVar[Document] = specimen(data=table("blobs", centers=[[-1, 0], [1, 0]], cluster_std=0.5))

    def find(self, design: Design, facts: dict[str, Any]) -> Iterator[Finding]:
        """At most one finding for all such columns."""
        features = facts.get("features", {})
        constant, names = features.get("constant", 0), features.get("constant_names", [])
        if not constant:
            return
        columns = design.shape.n_features
        every = constant == columns
        listed = ", ".join(names) + (", …" if len(names) < constant else "")
        yield self.finding(
            "warning" if every else "info",
            "data",
            LocalizedText(
                f"{constant} of {columns} columns have the same value in every training row: {listed}."
                + (" The network cannot tell any row from another." if every else ""),
                f"{constant} de {columns} columnas tienen el mismo valor en todas las filas de "
                f"entrenamiento: {listed}." + (" La red no puede distinguir unas filas de otras." if every else ""),
            ),
            value=float(constant),
            threshold=0.0,
            quantity="constant_columns",
            evidence={"columns": names},
            causes=[
                cause("constant_columns", "The columns do not change.", "Las columnas no cambian."),
            ],
        )
