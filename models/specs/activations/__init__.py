"""Specs of activations: Keras's functions with their arguments as fields.

Left out: ``glu``, which halves the width while ``Dense`` and ``Activation`` announce the whole one, so that the next
layer is built too wide; and everywhere the argument ``axis``, because rows are samples and the last axis is the only
one to act on.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypeAliasType

from models.specs.activations.base import ActivationBase
from models.specs.activations.others import (
    Exponential,
    HardShrink,
    Linear,
    LogSoftmax,
    Softmax,
    SoftShrink,
    Sparsemax,
    TanhShrink,
    Threshold,
)
from models.specs.activations.rectifiers import (
    Celu,
    Elu,
    Gelu,
    HardSilu,
    LeakyRelu,
    Mish,
    Relu,
    Relu6,
    Selu,
    Silu,
    Softplus,
    SparsePlus,
    Squareplus,
)
from models.specs.activations.sigmoids import (
    HardSigmoid,
    HardTanh,
    LogSigmoid,
    Sigmoid,
    Softsign,
    SparseSigmoid,
    Tanh,
)
from models.specs.shorthand import Shorthand

ActivationUnion = TypeAliasType(
    "ActivationUnion",
    Annotated[
        Linear
        | Sigmoid
        | Tanh
        | Relu
        | LeakyRelu
        | Elu
        | Selu
        | Gelu
        | Silu
        | Softplus
        | Softsign
        | Exponential
        | Softmax
        | Relu6
        | Celu
        | Mish
        | HardSigmoid
        | HardSilu
        | HardTanh
        | HardShrink
        | SoftShrink
        | TanhShrink
        | Threshold
        | LogSigmoid
        | LogSoftmax
        | Sparsemax
        | SparsePlus
        | SparseSigmoid
        | Squareplus,
        Field(discriminator="type"),
        Shorthand(ActivationBase),
    ],
)

__all__ = [
    "ActivationBase",
    "ActivationUnion",
    "Celu",
    "Elu",
    "Exponential",
    "Gelu",
    "HardShrink",
    "HardSigmoid",
    "HardSilu",
    "HardTanh",
    "LeakyRelu",
    "Linear",
    "LogSigmoid",
    "LogSoftmax",
    "Mish",
    "Relu",
    "Relu6",
    "Selu",
    "Sigmoid",
    "Silu",
    "SoftShrink",
    "Softmax",
    "Softplus",
    "Softsign",
    "SparsePlus",
    "SparseSigmoid",
    "Sparsemax",
    "Squareplus",
    "Tanh",
    "TanhShrink",
    "Threshold",
]
