"""Diagnoses test rows that take part in training or in its early stopping."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from models.diagnoses.advice import data
from models.diagnoses.design import Design
from models.diagnoses.finding import Finding
from models.diagnoses.rule import SpecificationRule
from models.diagnoses.specimens import Document, specimen, table
from models.text import LocalizedText


class SeenTestRows(SpecificationRule):
    """The test rows help to train, or to choose.

    Symptom:
        A test score that is a little too good.

    Why it matters:
        The test rows stand for data that nobody has seen yet. A scaler fitted on them, or an early stopping that
        watches them, knows something of them.

    How it is detected:
        A scaler with fit_on "all" beside a split; test rows evaluated in every epoch, and more so an early stopping
        that watches a validation column.

    Remedy:
        Fit the scaler on the training rows; keep rows apart that are looked at once, at the end.

    References:
        Hastie, Tibshirani & Friedman 2009, The Elements of Statistical Learning, section 7.10.2.
    """

    code: ClassVar[str] = "test_rows_seen"
    title: ClassVar[LocalizedText] = LocalizedText(
        "Test rows seen before the test", "Filas de evaluación vistas antes de tiempo"
    )
    text: ClassVar[LocalizedText] = LocalizedText(
        "Something of the test rows was used before the final test.",
        "Se usó algo de las filas de evaluación antes de la evaluación final.",
    )
    reference: ClassVar[str] = (
        "Hastie, Tibshirani & Friedman 2009, The Elements of Statistical Learning, section 7.10.2"
    )
    FAULTY: ClassVar[Document] = specimen(data={**table(), "scaler": {"type": "standard", "fit_on": "all"}})
    HEALTHY: ClassVar[Document] = specimen()

    def find(self, design: Design) -> Iterator[Finding]:
        """One finding for the scaler, one for the validation."""
        spec = design.spec
        if design.shape.test_rows == 0:
            return
        if spec.data.scaler is not None and spec.data.scaler.fit_on == "all":
            yield self.finding(
                "warning",
                "data",
                LocalizedText(
                    "The scaler is fitted on all rows, the test rows among them.",
                    "El escalador se ajusta con todas las filas, incluidas las de evaluación.",
                ),
                evidence={"fit_on": "all"},
                advice=[data.fit_on_train(design)],
            )
        stopping = spec.training.early_stopping
        chosen = stopping is not None and stopping.monitor.startswith("val_")
        if spec.training.validation is not None:
            yield self.finding(
                "warning" if chosen else "info",
                "data",
                LocalizedText(
                    "The test rows are also the validation rows"
                    + (": early stopping chooses the weights by them." if chosen else "."),
                    "Las filas de evaluación son también las de validación"
                    + (": la parada temprana elige los pesos con ellas." if chosen else "."),
                ),
                evidence={"early_stopping": chosen},
            )
