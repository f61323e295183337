"""Advises other initializers."""

from __future__ import annotations

from models.diagnoses.advice.wording import advice
from models.diagnoses.design import Block, Design
from models.diagnoses.finding import Advice
from models.diagnoses.spec_editor import SpecEditor
from models.specs import activations as act
from models.specs import initializers as ini
from models.text import LocalizedText

RECTIFIERS = (act.Relu, act.Relu6, act.LeakyRelu, act.Elu, act.Celu, act.Gelu, act.Silu, act.HardSilu, act.Mish)


def partner(block: Block) -> ini.InitializerBase:
    """The initializer that belongs to a block's activation."""
    if isinstance(block.activation, act.Selu):
        return ini.LecunNormal()
    return ini.HeUniform() if isinstance(block.activation, RECTIFIERS) else ini.GlorotUniform()


def matching(design: Design) -> Advice:
    """The initializer of each hidden kernel that belongs to its activation, and nothing else."""
    editor = SpecEditor(design)
    for block in design.hidden:
        editor.initialize(block, partner(block))
    return advice(
        "matching_initializer",
        LocalizedText(
            "Change only the initializer of the hidden layers to the one made for their activation: He for ReLU and "
            "its relatives, LeCun for SELU, Glorot for tanh and sigmoid.",
            "Cambia solo el inicializador de las capas ocultas por el que corresponde a su activación: He para ReLU y "
            "parientes, LeCun para SELU, Glorot para tanh y sigmoide.",
        ),
        editor,
    )
