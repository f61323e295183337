"""Features of very different, or very large, size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from models.diagnoses.advice import data
from models.diagnoses.design import Design
from models.diagnoses.finding import Finding
from models.diagnoses.rule import SpecificationRule, cause
from models.diagnoses.specification.inputs import UNEQUAL
from models.diagnoses.thresholds import LIMITS
from models.specs.spec import Text


class UnscaledFeatures(SpecificationRule):
    """Features of very different, or very large, size.

    Symptom:
        A loss that jumps or stands still; the first layer saturated or dead from the start.

    Why it matters:
        The gradient of a weight is proportional to its input. Where one column is a thousand times larger than
        another, no learning rate suits both.

    How it is detected:
        Without a scaler: the ratio of the largest to the smallest standard deviation of the columns above 100, a
        mean more than ten deviations from zero, or values beyond 100; from the client's rows, or known of a bundled
        table.

    Remedy:
        A scaler, fitted on the training rows.

    References:
        LeCun, Bottou, Orr & Müller 1998, Efficient BackProp, section 4.3.
    """

    code: ClassVar[str] = "unscaled_features"
    title: ClassVar[Text] = Text("Unscaled features", "Características sin escalar")
    text: ClassVar[Text] = Text(
        "The columns differ so much in size, or are so large, that no learning rate suits all weights.",
        "Las columnas difieren tanto de tamaño, o son tan grandes, que ninguna tasa sirve para todos los pesos.",
    )
    reference: ClassVar[str] = "LeCun, Bottou, Orr & Müller 1998, Efficient BackProp, section 4.3"
    root: ClassVar[bool] = True

    def find(self, design: Design) -> Iterator[Finding]:
        """At most one finding: the worst of the three."""
        if design.spec.data.scaler is not None:
            return
        found = next(sizes(design), None)
        if found is None:
            return
        quantity, value, threshold = found
        yield self.finding(
            "warning",
            "data",
            Text(
                f"The features are not scaled: {NAMES[quantity].en} is {value:.3g} (at most {threshold:g} is usual).",
                f"Las características no están escaladas: {NAMES[quantity].es} es {value:.3g} (lo habitual es como "
                f"mucho {threshold:g}).",
            ),
            value=float(f"{value:.6g}"),
            threshold=threshold,
            quantity=quantity,
            causes=[cause("no_scaler", "The spec has no scaler.", "La especificación no tiene escalador.")],
            advice=[data.standardize(design)],
        )


NAMES = {
    "feature_std_ratio": Text(
        "the ratio of the largest to the smallest standard deviation",
        "el cociente entre la mayor y la menor desviación típica",
    ),
    "feature_shift": Text(
        "the distance of a mean from zero, in standard deviations,",
        "la distancia de una media a cero, en desviaciones típicas,",
    ),
    "feature_size": Text("the root mean square of a column", "la media cuadrática de una columna"),
}


def sizes(design: Design) -> Iterator[tuple[str, float, float]]:
    """What is out of proportion: quantity, value, threshold."""
    rows = design.rows
    if rows is None:
        if type(design.source) in UNEQUAL:
            yield "feature_std_ratio", UNEQUAL[type(design.source)], LIMITS.feature_ratio
        return
    mean, std = rows.mean(axis=0), rows.std(axis=0)
    varying = std > 0
    if varying.any():
        ratio = float(std[varying].max() / std[varying].min())
        if ratio > LIMITS.feature_ratio:
            yield "feature_std_ratio", ratio, LIMITS.feature_ratio
        shift = float((np.abs(mean[varying]) / std[varying]).max())
        if shift > LIMITS.feature_shift:
            yield "feature_shift", shift, LIMITS.feature_shift
    size = float(np.sqrt(np.square(rows).mean(axis=0)).max())
    if size > LIMITS.feature_size:
        yield "feature_size", size, LIMITS.feature_size
