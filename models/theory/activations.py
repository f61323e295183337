"""Gives the curve of each activation that a spec can name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from models.specs import activations as specs
from models.theory import others, rectifiers, sigmoids
from models.theory.curve import Curve
from models.theory.gaussian import expectation

CENTERED: Final = 0.01  # of the mean output for standard normal input

CURVES: Final[Mapping[type[specs.ActivationBase], Callable[[Any], Curve]]] = MappingProxyType(
    {
        specs.Celu: rectifiers.celu,
        specs.Elu: rectifiers.elu,
        specs.Exponential: others.exponential,
        specs.Gelu: rectifiers.gelu,
        specs.HardShrink: others.hard_shrink,
        specs.HardSigmoid: sigmoids.hard_sigmoid,
        specs.HardSilu: rectifiers.hard_silu,
        specs.HardTanh: sigmoids.hard_tanh,
        specs.LeakyRelu: rectifiers.leaky_relu,
        specs.Linear: others.linear,
        specs.LogSigmoid: sigmoids.log_sigmoid,
        specs.LogSoftmax: others.log_softmax,
        specs.Mish: rectifiers.mish,
        specs.Relu: rectifiers.relu,
        specs.Relu6: rectifiers.relu6,
        specs.Selu: rectifiers.selu,
        specs.Sigmoid: sigmoids.sigmoid,
        specs.Silu: rectifiers.silu,
        specs.SoftShrink: others.soft_shrink,
        specs.Softmax: others.softmax,
        specs.Softplus: rectifiers.softplus,
        specs.Softsign: sigmoids.softsign,
        specs.SparsePlus: rectifiers.sparse_plus,
        specs.SparseSigmoid: sigmoids.sparse_sigmoid,
        specs.Sparsemax: others.sparsemax,
        specs.Squareplus: rectifiers.squareplus,
        specs.Tanh: sigmoids.tanh,
        specs.TanhShrink: others.tanh_shrink,
        specs.Threshold: others.threshold,
    }
)


def curve(activation: specs.ActivationBase) -> Curve:
    """The function that a spec names, with its arguments put in.

    Example:
        >>> import numpy as np
        >>> curve(specs.LeakyRelu(negative_slope=0.1)).slope(np.array([-2.0, 2.0]))
        array([0.1, 1. ])
    """
    return CURVES[type(activation)](activation)


def zero_centered(activation: specs.ActivationBase) -> bool:
    """Whether standard normal input gives outputs of mean zero (LeCun et al. 1998, Efficient BackProp, 4.3).

    Outputs of one sign give the gradients of a unit's weights one sign, too, and the descent zigzags.

    Example:
        >>> [zero_centered(each) for each in (specs.Tanh(), specs.Selu(), specs.Relu(), specs.Sigmoid())]
        [True, True, False, False]
    """
    return abs(expectation(curve(activation).value)) < CENTERED
