"""Diagnoses hidden layers whose units all start alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from models.diagnoses.advice import weights
from models.diagnoses.design import NOISES, Block, Design
from models.diagnoses.finding import Finding
from models.diagnoses.rule import SpecificationRule, cause
from models.diagnoses.specimens import OUTPUT, Document, dense, specimen
from models.text import LocalizedText
from models.theory.initializers import law


class SymmetricInitialization(SpecificationRule):
    """All units of a hidden layer start alike.

    Symptom:
        However wide the layer, it acts like a single unit; with zeros nothing but the output bias learns.

    Why it matters:
        Units with the same incoming and the same outgoing weights get the same gradient, in every step. Only chance
        can part them, and here there is none.

    How it is detected:
        The kernel's initializer has no spread, the layer has more than one unit, its biases are alike, and the next
        kernel treats its units alike too. Where the next kernel is random the units part after the first step: that
        is a warning. A zero output kernel alone harms nothing and is only mentioned.

    Remedy:
        An initializer that draws: He for ReLU, LeCun for SELU, Glorot for tanh and sigmoid.

    References:
        Goodfellow, Bengio & Courville 2016, Deep Learning, section 8.4.
    """

    code: ClassVar[str] = "symmetric_initialization"
    title: ClassVar[LocalizedText] = LocalizedText("Symmetric initialization", "Inicialización simétrica")
    text: ClassVar[LocalizedText] = LocalizedText(
        "The units of a layer start with equal weights, get equal gradients, and stay equal.",
        "Las unidades de una capa empiezan con pesos iguales, reciben gradientes iguales y siguen siendo iguales.",
    )
    reference: ClassVar[str] = "Goodfellow, Bengio & Courville 2016, Deep Learning, section 8.4"
    suspect: ClassVar[bool] = True
    FAULTY: ClassVar[Document] = specimen(
        [dense(initializer="ones", repeat=2), {**OUTPUT, "kernel_initializer": "ones"}]
    )
    HEALTHY: ClassVar[Document] = specimen()

    def find(self, design: Design) -> Iterator[Finding]:
        """One finding for all the layers that stay alike, one for those that part, one for a zero output kernel."""
        noisy = any(isinstance(layer.spec, NOISES) for layer in design.placed)
        alike = [i for i, block in enumerate(design.hidden) if uniform(block)]
        stuck = [i for i in alike if not noisy and (_dead(design.blocks[i]) or design.blocks[i + 1].law.symmetric)]
        if stuck:
            yield self.finding(
                "error",
                "specification",
                LocalizedText(
                    "Every unit of these layers starts with the same weights and gets the same gradient: the layer "
                    "never becomes more than one unit.",
                    "Todas las unidades de estas capas empiezan con los mismos pesos y reciben el mismo gradiente: la "
                    "capa nunca será más que una sola unidad.",
                ),
                **_members(design, stuck),
            )
        if parting := [i for i in alike if i not in stuck]:
            yield self.finding(
                "warning",
                "specification",
                LocalizedText(
                    "Every unit of these layers starts with the same weights; only what follows tells them apart, so "
                    "they begin by passing on a single number.",
                    "Todas las unidades de estas capas empiezan con los mismos pesos; solo lo que sigue las distingue, "
                    "así que al principio transmiten un único número.",
                ),
                **_members(design, parting),
            )
        output = design.output
        if output is not None and design.hidden and output.law.symmetric and output.law.mean == 0 and not stuck:
            yield self.finding(
                "info",
                "specification",
                LocalizedText(
                    "The output kernel starts at zero: in the first step no gradient reaches the hidden layers. It "
                    "does from the second step on, so this is harmless.",
                    "El núcleo de salida empieza en cero: en el primer paso no llega gradiente a las capas ocultas. "
                    "Desde el segundo sí llega, de modo que es inofensivo.",
                ),
                layers=[output.name],
            )


def uniform(block: Block) -> bool:
    """Whether all units of a block start with the same weights and biases."""
    alike = not block.dense.use_bias or law(block.dense.bias_initializer, block.fan_out, block.fan_out).symmetric
    return block.law.symmetric and block.fan_out > 1 and alike


def _dead(block: Block) -> bool:
    """Whether a kernel of zeros leaves the activation where its slope is zero, so that no gradient ever comes."""
    if block.law.mean != 0:
        return False
    zero = np.zeros(1)
    return bool(block.activations) and all(curve.slope(zero)[0] == 0 for curve in block.curves[:1])


def _members(design: Design, indices: list[int]) -> dict[str, object]:
    """What the findings about these hidden layers have in common."""
    blocks = [design.blocks[i] for i in indices]
    return {
        "layers": [block.name for block in blocks],
        "value": 0.0,
        "quantity": "initial_weight_std",
        "evidence": {"initializers": sorted({block.initializer.type for block in blocks})},
        "causes": [
            cause("constant_initializer", "The initializer gives one value.", "El inicializador da un único valor.")
        ],
        "advice": [weights.matching(design)],
    }
