"""Whether weights start as their activation needs."""

from __future__ import annotations

from typing import ClassVar, Literal

from models.specs.spec import Text
from service.grading.checks import specimens
from service.grading.checks.base import Case, Check, Examples
from service.grading.evidence import Evidence
from service.grading.measurement import Measurement


class InitializerMatchesActivation(Check):
    """Whether the kernels of all hidden layers start as their activations need.

    He's initializers for rectifiers, LeCun's for selu, Glorot's or LeCun's for tanh, sigmoid and softsign. Other
    activations take any of these; initializers without such a name (constant, random_uniform) fit none.
    """

    type: Literal["initializer_matches_activation"] = "initializer_matches_activation"
    text: ClassVar[Text] = Text(
        "Whether every hidden layer starts with an initializer that was made for its activation.",
        "Si cada capa oculta empieza con un inicializador pensado para su activación.",
    )
    EXAMPLES: ClassVar[Examples] = Examples(
        {"type": "initializer_matches_activation", "points": 10},
        passes=Case(specimens.SOUND),
        fails=Case(specimens.VANISHING),
    )
    related: ClassVar[tuple[str, ...]] = ("initializer_pairing", "one_sided_initialization", "symmetric_initialization")

    def measure(self, evidence: Evidence) -> Measurement:
        """Read from the spec."""
        from models.diagnoses.design import Design
        from models.diagnoses.specification.pairing import NAMED, mismatched

        hidden = Design(evidence.spec).hidden
        wrong = [block for block in hidden if not isinstance(block.initializer, NAMED) or mismatched(block)]
        pairs = sorted({f"{block.activation.type} + {block.initializer.type}" for block in wrong})
        passed = not wrong
        listed = ", ".join(pairs)
        return Measurement(
            score=1.0 if passed else 0.0,
            passed=passed,
            message=Text(
                "Every hidden layer has an initializer for its activation." if passed else f"No match: {listed}.",
                "Cada capa oculta tiene un inicializador para su activación." if passed else f"No encajan: {listed}.",
            ),
            evidence={"layers": [block.name for block in wrong], "pairs": pairs},
            findings=() if passed else self.explained(evidence),
        )
