"""Writes each activation of a spec in the operations of a graph."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from models.graphs.graph import Op, Value, where
from models.specs import activations as specs
from models.theory.rectifiers import SELU_ALPHA, SELU_SCALE


def linear(x: Value, _: specs.Linear) -> Value:
    """The identity."""
    return x


def exponential(x: Value, _: specs.Exponential) -> Value:
    """e^x."""
    return x.apply(Op.EXP)


def relu(x: Value, spec: specs.Relu) -> Value:
    """The identity above the threshold θ, up to the greatest value; slope·(x - θ) below."""
    theta, leak = spec.threshold, spec.negative_slope
    top = math.inf if spec.max_value is None else spec.max_value
    # Keras clips from below too, but only where it is given a greatest value or has no threshold.
    bottom = 0.0 if spec.max_value is not None or theta == 0 else -math.inf
    above = (x if theta == 0 else where(x > theta, x, 0.0)).clip(bottom, top)
    return above if leak == 0 else above - leak * (theta - x).clip(0.0, math.inf)


def relu6(x: Value, _: specs.Relu6) -> Value:
    """clip(x, 0, 6)."""
    return x.clip(0.0, 6.0)


def leaky_relu(x: Value, spec: specs.LeakyRelu) -> Value:
    """The identity above zero, slope·x below."""
    return where(x > 0.0, x, spec.negative_slope * x)


def exponential_unit(x: Value, scale: float, alpha: float, width: float) -> Value:
    """scale·x above zero, scale·α(e^(x/width) - 1) below."""
    below = alpha * ((x.clip(-math.inf, 0.0) * (1 / width)).apply(Op.EXP) - 1.0)
    unscaled = where(x > 0.0, x, below)
    return unscaled if scale == 1 else scale * unscaled


def elu(x: Value, spec: specs.Elu) -> Value:
    """The identity above zero, α(e^x - 1) below."""
    return exponential_unit(x, 1.0, spec.alpha, 1.0)


def celu(x: Value, spec: specs.Celu) -> Value:
    """The identity above zero, α(e^(x/α) - 1) below."""
    return exponential_unit(x, 1.0, spec.alpha, spec.alpha)


def selu(x: Value, _: specs.Selu) -> Value:
    """The scaled exponential unit."""
    return exponential_unit(x, SELU_SCALE, SELU_ALPHA, 1.0)


def gelu(x: Value, spec: specs.Gelu) -> Value:
    """x·Φ(x), or its approximation by tanh."""
    if spec.approximate:
        return 0.5 * x * (1.0 + (math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)).apply(Op.TANH))
    return 0.5 * x * (1.0 + (math.sqrt(0.5) * x).apply(Op.ERF))


def silu(x: Value, _: specs.Silu) -> Value:
    """x·σ(x)."""
    return x * x.apply(Op.SIGMOID)


def hard_silu(x: Value, _: specs.HardSilu) -> Value:
    """x·clip((x + 3) / 6, 0, 1)."""
    return x * ramp(x, 3.0)


def mish(x: Value, _: specs.Mish) -> Value:
    """x·tanh(ln(1 + e^x))."""
    return x * x.apply(Op.SOFTPLUS).apply(Op.TANH)


def softplus(x: Value, _: specs.Softplus) -> Value:
    """ln(1 + e^x)."""
    return x.apply(Op.SOFTPLUS)


def squareplus(x: Value, spec: specs.Squareplus) -> Value:
    """(x + √(x² + b)) / 2."""
    return 0.5 * (x + (x * x + spec.b).apply(Op.SQRT))


def sparse_plus(x: Value, _: specs.SparsePlus) -> Value:
    """0 below -1, (x + 1)²/4 up to 1, x above."""
    inside = x.clip(-1.0, 1.0) + 1.0
    return where(x > 1.0, x, 0.25 * inside * inside)


def sigmoid(x: Value, _: specs.Sigmoid) -> Value:
    """1 / (1 + e^-x)."""
    return x.apply(Op.SIGMOID)


def tanh(x: Value, _: specs.Tanh) -> Value:
    """The hyperbolic tangent."""
    return x.apply(Op.TANH)


def softsign(x: Value, _: specs.Softsign) -> Value:
    """The quotient x / (1 + |x|)."""
    return x / (1.0 + abs(x))


def ramp(x: Value, reach: float) -> Value:
    """The straight line from 0 at -reach to 1 at reach, constant on both sides."""
    return (x * (0.5 / reach) + 0.5).clip(0.0, 1.0)


def hard_sigmoid(x: Value, _: specs.HardSigmoid) -> Value:
    """clip((x + 3) / 6, 0, 1)."""
    return ramp(x, 3.0)


def sparse_sigmoid(x: Value, _: specs.SparseSigmoid) -> Value:
    """clip((x + 1) / 2, 0, 1)."""
    return ramp(x, 1.0)


def hard_tanh(x: Value, _: specs.HardTanh) -> Value:
    """clip(x, -1, 1)."""
    return x.clip(-1.0, 1.0)


def log_sigmoid(x: Value, _: specs.LogSigmoid) -> Value:
    """The logarithm of the sigmoid."""
    return -(-x).apply(Op.SOFTPLUS)


def hard_shrink(x: Value, spec: specs.HardShrink) -> Value:
    """The identity where |x| > λ, else 0."""
    return where(abs(x) > spec.threshold, x, 0.0)


def soft_shrink(x: Value, spec: specs.SoftShrink) -> Value:
    """Each number moved by λ toward zero, and 0 where |x| ≤ λ."""
    moved = where(x > 0.0, x - spec.threshold, where(-x > 0.0, x + spec.threshold, 0.0))
    return where(abs(x) > spec.threshold, moved, 0.0)


def tanh_shrink(x: Value, _: specs.TanhShrink) -> Value:
    """The difference x - tanh x."""
    return x - x.apply(Op.TANH)


def threshold(x: Value, spec: specs.Threshold) -> Value:
    """The identity above θ, a constant below."""
    return where(x > spec.threshold, x, spec.default_value)


def softmax(x: Value, _: specs.Softmax | None = None) -> Value:
    """e^x over its sum in the row."""
    powers = (x - x.apply(Op.ROW_MAX)).apply(Op.EXP)
    return powers / powers.apply(Op.ROW_SUM)


def log_softmax(x: Value, _: specs.LogSoftmax) -> Value:
    """The logarithm of softmax."""
    shifted = x - x.apply(Op.ROW_MAX)
    return shifted - shifted.apply(Op.EXP).apply(Op.ROW_SUM).apply(Op.LOG)


def sparsemax(x: Value, _: specs.Sparsemax) -> Value:
    """max(x - τ, 0), as Keras computes it.

    With the row sorted downward as z and its running sums s, the support are the entries with z_k > (s_k - 1) / k, and
    τ is (Σ s - 1) / K over the K entries of the support. Martins & Astudillo 2016 (algorithm 1) have s_K in place of
    Σ s, so that the row sums to 1; a network was trained with Keras's function and is run with it.
    """
    ordered = x.apply(Op.DESCENDING)
    sums = ordered.apply(Op.CUMULATIVE)
    ones = 0.0 * ordered + 1.0
    supporting = ordered > (sums - 1.0) / ones.apply(Op.CUMULATIVE)
    total = where(supporting, sums, 0.0).apply(Op.ROW_SUM)
    count = where(supporting, ones, 0.0).apply(Op.ROW_SUM)
    return (x - (total - 1.0) / count).clip(0.0, math.inf)


FORMULAS: Final[Mapping[type[specs.ActivationBase], Callable[[Value, Any], Value]]] = MappingProxyType(
    {
        specs.Celu: celu,
        specs.Elu: elu,
        specs.Exponential: exponential,
        specs.Gelu: gelu,
        specs.HardShrink: hard_shrink,
        specs.HardSigmoid: hard_sigmoid,
        specs.HardSilu: hard_silu,
        specs.HardTanh: hard_tanh,
        specs.LeakyRelu: leaky_relu,
        specs.Linear: linear,
        specs.LogSigmoid: log_sigmoid,
        specs.LogSoftmax: log_softmax,
        specs.Mish: mish,
        specs.Relu: relu,
        specs.Relu6: relu6,
        specs.Selu: selu,
        specs.Sigmoid: sigmoid,
        specs.Silu: silu,
        specs.SoftShrink: soft_shrink,
        specs.Softmax: softmax,
        specs.Softplus: softplus,
        specs.Softsign: softsign,
        specs.SparsePlus: sparse_plus,
        specs.SparseSigmoid: sparse_sigmoid,
        specs.Sparsemax: sparsemax,
        specs.Squareplus: squareplus,
        specs.Tanh: tanh,
        specs.TanhShrink: tanh_shrink,
        specs.Threshold: threshold,
    }
)


def activate(x: Value, activation: specs.ActivationBase | None) -> Value:
    """φ(x), of the shape of x; None is the identity."""
    return x if activation is None else FORMULAS[type(activation)](x, activation)
