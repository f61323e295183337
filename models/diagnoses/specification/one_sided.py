"""Diagnoses initial weights whose mean outweighs their standard deviation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from models.diagnoses.advice import activations, weights
from models.diagnoses.design import Design
from models.diagnoses.finding import Finding
from models.diagnoses.rule import SpecificationRule, cause
from models.diagnoses.specimens import OUTPUT, Document, dense, specimen
from models.text import LocalizedText


class OneSidedInitialization(SpecificationRule):
    """Hidden weights whose mean outweighs their spread.

    Symptom:
        All units of a layer rise and fall together, and bounded activations are driven to one end.

    Why it matters:
        A pre-activation is a sum over n inputs. Weights of mean m and deviation σ give all units the same part, of
        size n·m, and each its own part of size √n·σ. Where the common part is greater, n units say little more than
        one, and the sum grows with the width until the activation saturates.

    How it is detected:
        n·m² > σ² for the kernel of a hidden layer, from the initializer and the layer's inputs.

    Remedy:
        Weights of mean zero whose spread follows the width: Glorot, He or LeCun.

    References:
        LeCun, Bottou, Orr & Müller 1998, Efficient BackProp, section 4.6.
    """

    code: ClassVar[str] = "one_sided_initialization"
    title: ClassVar[LocalizedText] = LocalizedText("One-sided initial weights", "Pesos iniciales hacia un solo lado")
    text: ClassVar[LocalizedText] = LocalizedText(
        "The initial weights have a mean far from zero, so that the units of a layer act alike and saturate.",
        "Los pesos iniciales tienen una media lejos de cero: las unidades de una capa actúan igual y se saturan.",
    )
    reference: ClassVar[str] = "LeCun, Bottou, Orr & Müller 1998, Efficient BackProp, section 4.6"
    suspect: ClassVar[bool] = True
    FAULTY: ClassVar[Document] = specimen(
        [dense("tanh", {"type": "random_uniform", "minval": 0, "maxval": 1}, repeat=5), OUTPUT]
    )
    HEALTHY: ClassVar[Document] = specimen([dense("tanh", "glorot_uniform", repeat=5), OUTPUT])

    def find(self, design: Design) -> Iterator[Finding]:
        """One finding for all such layers."""
        shares = {
            block.name: block.fan_in * block.law.mean**2 / block.law.variance
            for block in design.hidden
            if block.law.variance > 0 and block.law.distribution != "identity"
        }
        found = [name for name, share in shares.items() if share > 1]
        if not found:
            return
        worst = max(shares[name] for name in found)
        yield self.finding(
            "warning",
            "specification",
            LocalizedText(
                "The initial weights of these layers are not centred on zero: what all units share outweighs what "
                f"sets them apart {worst:.1f} to 1.",
                "Los pesos iniciales de estas capas no están centrados en cero: lo común a todas las unidades pesa "
                f"{worst:.1f} veces lo que las distingue.",
            ),
            layers=found,
            value=round(worst, 4),
            threshold=1.0,
            quantity="common_to_own_variance",
            causes=[
                cause(
                    "initializer_mean",
                    "The initializer's mean is not zero.",
                    "La media del inicializador no es cero.",
                )
            ],
            advice=[weights.matching(design), activations.relu_he(design), activations.selu_lecun(design)],
        )
