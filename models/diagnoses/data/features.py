"""Diagnoses features of very different, or very large, scale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from models.diagnoses.advice import data
from models.diagnoses.data_facts import UNEQUAL
from models.diagnoses.design import Design
from models.diagnoses.finding import Finding
from models.diagnoses.rule import DataRule, cause
from models.diagnoses.specimens import SHAPED, Document, specimen, table
from models.diagnoses.thresholds import LIMITS
from models.text import LocalizedText


class UnscaledFeatures(DataRule):
    """Features of very different, or very large, size.

    Symptom:
        A loss that jumps or stands still; the first layer saturated or dead from the start.

    Why it matters:
        The gradient of a weight is proportional to its input. Where one column is a thousand times larger than
        another, no learning rate suits both.

    How it is detected:
        In the training rows as the network reads them: the ratio of the largest to the smallest column above 100, by
        standard deviation and by range; a mean more than ten deviations from zero; or values beyond 100. Before the
        training it is known of rows in the spec without a scaler, and of a bundled table.

    Remedy:
        A scaler, fitted on the training rows.

    References:
        LeCun, Bottou, Orr & Müller 1998, Efficient BackProp, section 4.3.
    """

    code: ClassVar[str] = "unscaled_features"
    title: ClassVar[LocalizedText] = LocalizedText("Unscaled features", "Características sin escalar")
    text: ClassVar[LocalizedText] = LocalizedText(
        "The columns differ so much in size, or are so large, that no learning rate suits all weights.",
        "Las columnas difieren tanto de tamaño, o son tan grandes, que ninguna tasa sirve para todos los pesos.",
    )
    reference: ClassVar[str] = "LeCun, Bottou, Orr & Müller 1998, Efficient BackProp, section 4.3"
    root: ClassVar[bool] = True
    FAULTY: ClassVar[Document] = specimen(data={**table("classification", **SHAPED, scale=1000.0), "scaler": None})
    HEALTHY: ClassVar[Document] = specimen(data=table("classification", **SHAPED, scale=1000.0))

    def find(self, design: Design, facts: dict[str, Any]) -> Iterator[Finding]:
        """At most one finding: the worst of the three."""
        found = next(sizes(design, facts), None)
        if found is None:
            return
        quantity, value, threshold = found
        scaler = design.spec.data.scaler
        yield self.finding(
            "warning",
            "data",
            LocalizedText(
                f"The features are not brought to a common size: {NAMES[quantity].en} is {value:.3g} (at most "
                f"{threshold:g} is usual).",
                f"Las características no están llevadas a un tamaño común: {NAMES[quantity].es} es {value:.3g} (lo "
                f"habitual es como mucho {threshold:g}).",
            ),
            value=float(f"{value:.6g}"),
            threshold=threshold,
            quantity=quantity,
            causes=[
                cause("no_scaler", "The spec has no scaler.", "La especificación no tiene escalador.")
                if scaler is None
                else cause(
                    "unfit_scaler",
                    f"The scaler {scaler.type} does not fit these columns.",
                    f"El escalador {scaler.type} no es adecuado para estas columnas.",
                )
            ],
            advice=[data.standardize(design)],
        )


NAMES = {
    "feature_ratio": LocalizedText(
        "the ratio of the largest to the smallest column",
        "el cociente entre la columna mayor y la menor",
    ),
    "feature_shift": LocalizedText(
        "the distance of a mean from zero, in standard deviations,",
        "la distancia de una media a cero, en desviaciones típicas,",
    ),
    "feature_size": LocalizedText("the root mean square of a column", "la media cuadrática de una columna"),
}


def sizes(design: Design, facts: Mapping[str, Any]) -> Iterator[tuple[str, float, float]]:
    """What is out of proportion: quantity, value, threshold."""
    features = facts.get("features")
    if features is None:
        if design.spec.data.scaler is None and type(design.source) in UNEQUAL:
            yield "feature_ratio", UNEQUAL[type(design.source)], LIMITS.feature_ratio
        return
    for quantity, fact, limit in (
        ("feature_ratio", "spread_ratio", LIMITS.feature_ratio),
        ("feature_shift", "shift", LIMITS.feature_shift),
        ("feature_size", "size", LIMITS.feature_size),
    ):
        value = features.get(fact)
        if value is not None and value > limit:
            yield quantity, value, limit
