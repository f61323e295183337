"""Diagnoses an initializer that was made for another activation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from models.diagnoses.advice import weights
from models.diagnoses.design import Block, Design
from models.diagnoses.finding import Finding
from models.diagnoses.rule import SpecificationRule, cause
from models.diagnoses.specimens import OUTPUT, Document, dense, specimen
from models.specs import activations as act
from models.specs import initializers as ini
from models.text import LocalizedText

HE = (ini.HeNormal, ini.HeUniform)
LECUN = (ini.LecunNormal, ini.LecunUniform)
GLOROT = (ini.GlorotNormal, ini.GlorotUniform)
NAMED = (*HE, *LECUN, *GLOROT)


class InitializerPairing(SpecificationRule):
    """An initializer that was made for another activation.

    Symptom:
        The signal grows or shrinks a little in every layer; in a shallow network nobody notices.

    Why it matters:
        Each of the named initializers keeps the size of the signal for one kind of activation: He for rectifiers,
        LeCun for SELU, Glorot for sigmoid and tanh.

    How it is detected:
        By the names alone: SELU without LeCun, ReLU with Glorot or LeCun, tanh or sigmoid with He, in networks of at
        least two hidden layers. What it costs is said by the expected attenuation.

    Remedy:
        The initializer that belongs to the activation.

    References:
        Glorot & Bengio 2010; He et al. 2015, arXiv 1502.01852; Klambauer et al. 2017, arXiv 1706.02515.
    """

    code: ClassVar[str] = "initializer_pairing"
    title: ClassVar[LocalizedText] = LocalizedText(
        "Initializer of another activation", "Inicializador de otra activación"
    )
    text: ClassVar[LocalizedText] = LocalizedText(
        "The initializer was made for another activation; in a deep network that costs signal or gradient.",
        "El inicializador se diseñó para otra activación; en una red profunda eso cuesta señal o gradiente.",
    )
    reference: ClassVar[str] = "He et al. 2015, arXiv 1502.01852; Klambauer et al. 2017, arXiv 1706.02515"
    FAULTY: ClassVar[Document] = specimen([dense(initializer="glorot_uniform", repeat=2), OUTPUT])
    HEALTHY: ClassVar[Document] = specimen()

    def find(self, design: Design) -> Iterator[Finding]:
        """One remark for all such layers."""
        found = [block for block in design.hidden if mismatched(block)]
        if len(design.hidden) < 2 or not found:
            return
        pairs = sorted({f"{block.activation.type} + {block.initializer.type}" for block in found})
        yield self.finding(
            "info",
            "specification",
            LocalizedText(
                f"Some initializers were made for other activations: {', '.join(pairs)}.",
                f"Algunos inicializadores se diseñaron para otras activaciones: {', '.join(pairs)}.",
            ),
            layers=[block.name for block in found],
            evidence={"pairs": pairs},
            causes=[
                cause(
                    "initializer_pairing",
                    "Activation and initializer do not belong together.",
                    "La activación y el inicializador no van juntos.",
                )
            ],
            advice=[weights.matching(design)],
        )


def mismatched(block: Block) -> bool:
    """Whether the kernel's initializer bears the name of another activation's."""
    given = block.initializer
    if not isinstance(given, NAMED):
        return False
    match block.activation:
        case act.Selu():
            return not isinstance(given, LECUN)
        case act.Relu() | act.Relu6() | act.LeakyRelu():
            return not isinstance(given, HE)
        case act.Tanh() | act.Sigmoid() | act.Softsign() | act.HardTanh() | act.HardSigmoid():
            return isinstance(given, HE)
        case _:
            return False
