"""Diagnoses regression targets of unusual scale."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from models.diagnoses.advice import data
from models.diagnoses.design import Design
from models.diagnoses.finding import Finding
from models.diagnoses.rule import DataRule, cause
from models.diagnoses.specimens import VALUE, Document, dense, specimen, table
from models.diagnoses.thresholds import LIMITS
from models.text import LocalizedText


class TargetScale(DataRule):
    """Regression targets of unusual size.

    Symptom:
        A loss in the thousands and gradients to match; or a loss so small that nothing moves.

    Why it matters:
        The gradient of a squared error grows with the error. A learning rate that suits targets of size one is a
        hundred times too long for targets of size a hundred.

    How it is detected:
        The standard deviation of the training targets above 10 or below 0.01.

    Remedy:
        Scale the targets, and scale predictions back.

    References:
        LeCun, Bottou, Orr & Müller 1998, Efficient BackProp, section 4.5.
    """

    code: ClassVar[str] = "target_scale"
    title: ClassVar[LocalizedText] = LocalizedText("Targets of unusual size", "Objetivos de tamaño inusual")
    text: ClassVar[LocalizedText] = LocalizedText(
        "The regression targets are so large or so small that the usual learning rates do not fit.",
        "Los objetivos de la regresión son tan grandes o tan pequeños que no sirven las tasas habituales.",
    )
    reference: ClassVar[str] = "LeCun, Bottou, Orr & Müller 1998, Efficient BackProp, section 4.5"
    root: ClassVar[bool] = True
    FAULTY: ClassVar[Document] = specimen(
        [dense(repeat=2), VALUE], table("linear", n_features=2, coef=[500, -300]), loss="mse", metrics=[]
    )
    HEALTHY: ClassVar[Document] = specimen(
        [dense(repeat=2), VALUE], table("linear", n_features=2, coef=[5, -3]), loss="mse", metrics=[]
    )

    def find(self, design: Design, facts: dict[str, Any]) -> Iterator[Finding]:
        """At most one finding."""
        spread = facts.get("target_std")
        if design.shape.classes is not None or spread is None or LIMITS.target_small <= spread <= LIMITS.target_large:
            return
        large = spread > LIMITS.target_large
        yield self.finding(
            "warning",
            "data",
            LocalizedText(
                f"The targets have a standard deviation of {spread:.3g}.",
                f"Los objetivos tienen una desviación típica de {spread:.3g}.",
            ),
            value=float(spread),
            threshold=LIMITS.target_large if large else LIMITS.target_small,
            quantity="target_std",
            causes=[cause("raw_targets", "The targets are not scaled.", "Los objetivos no están escalados.")],
            advice=[data.scale_targets()],
        )
