"""Diagnoses dense layers in a row without a non-linearity between them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from models.diagnoses.advice import activations
from models.diagnoses.design import Design
from models.diagnoses.finding import Finding
from models.diagnoses.rule import SpecificationRule, cause
from models.diagnoses.specimens import OUTPUT, Document, dense, specimen
from models.text import LocalizedText


class LinearStack(SpecificationRule):
    """Dense layers one after the other with no non-linearity between them.

    Symptom:
        More layers bring nothing: the network learns what a single layer would.

    Why it matters:
        A product of matrices is a matrix. Without a non-linearity between them, several dense layers can express no
        more than one, and are harder to train.

    How it is detected:
        A hidden kernel with no activation other than linear before the next kernel, outside residual blocks.

    Remedy:
        An activation on every hidden layer.

    References:
        Goodfellow, Bengio & Courville 2016, Deep Learning, section 6.1.
    """

    code: ClassVar[str] = "linear_stack"
    title: ClassVar[LocalizedText] = LocalizedText("Layers without activation", "Capas sin activación")
    text: ClassVar[LocalizedText] = LocalizedText(
        "Dense layers follow each other without a non-linearity: together they are one linear layer.",
        "Hay capas densas seguidas sin no linealidad entre ellas: juntas equivalen a una sola capa lineal.",
    )
    reference: ClassVar[str] = "Goodfellow, Bengio & Courville 2016, Deep Learning, section 6.1"
    suspect: ClassVar[bool] = True
    FAULTY: ClassVar[Document] = specimen([dense("linear", repeat=2), OUTPUT])
    HEALTHY: ClassVar[Document] = specimen()

    def find(self, design: Design) -> Iterator[Finding]:
        """One finding for all such layers; a mere remark where other layers do have activations."""
        linear = [block.name for block in design.hidden if not block.activations and not block.residual]
        if not linear:
            return
        everywhere = len(linear) == len(design.hidden)
        yield self.finding(
            "warning" if everywhere else "info",
            "specification",
            LocalizedText(
                "These hidden layers have no activation, so that each is merged with the next one into a single linear "
                "map." + (" The whole network is a linear model." if everywhere else ""),
                "Estas capas ocultas no tienen activación, así que cada una se funde con la siguiente en una sola "
                "aplicación lineal." + (" Toda la red es un modelo lineal." if everywhere else ""),
            ),
            layers=linear,
            causes=[cause("no_activation", "No activation is given.", "No se indica ninguna activación.")],
            advice=[activations.nonlinear(design)],
        )
