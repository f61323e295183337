"""A check that every hidden layer's initializer fits its activation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Literal

from models.specs import initializers as ini
from models.text import LocalizedText
from service.grading.rubric.checks import specimens
from service.grading.rubric.checks.base import Case, Check, Examples
from service.grading.rubric.evidence import Evidence
from service.grading.rubric.measurement import Measurement

if TYPE_CHECKING:
    from models.diagnoses.design import Block

# What variance_scaling is called with these arguments.
SCALED = {
    (2.0, "fan_in"): ini.HeNormal(),
    (1.0, "fan_in"): ini.LecunNormal(),
    (1.0, "fan_avg"): ini.GlorotNormal(),
}


class InitializerMatchesActivation(Check):
    """Whether the kernels of all hidden layers start as their activations need.

    He's initializers for rectifiers, LeCun's for selu, Glorot's or LeCun's for tanh, sigmoid and softsign. Other
    activations take any of these. variance_scaling counts as the one that its arguments make; initializers of no such
    kind (constant, random_uniform) fit none.
    """

    type: Literal["initializer_matches_activation"] = "initializer_matches_activation"
    text: ClassVar[LocalizedText] = LocalizedText(
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
        """Read the spec; no training is needed."""
        from models.diagnoses.design import Design

        hidden = Design(evidence.spec).hidden
        wrong = [block for block in hidden if not _matches(block)]
        pairs = sorted({f"{block.activation.type} + {block.initializer.type}" for block in wrong})
        passed = not wrong
        listed = ", ".join(pairs)
        return Measurement(
            score=1.0 if passed else 0.0,
            passed=passed,
            message=LocalizedText(
                "Every hidden layer has an initializer for its activation." if passed else f"No match: {listed}.",
                "Cada capa oculta tiene un inicializador para su activación." if passed else f"No encajan: {listed}.",
            ),
            evidence={"layers": [block.name for block in wrong], "pairs": pairs},
            findings=() if passed else self.explained(evidence),
        )


def _matches(block: Block) -> bool:
    """Whether a layer's kernel initializer fits its activation."""
    from models.diagnoses.specification.pairing import NAMED, mismatched

    given = block.initializer
    if isinstance(given, ini.VarianceScaling) and (meant := SCALED.get((given.scale, given.mode))) is not None:
        block = replace(block, dense=block.dense.model_copy(update={"kernel_initializer": meant}))
    return isinstance(block.initializer, NAMED) and not mismatched(block)
