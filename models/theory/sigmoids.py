"""Values and derivatives of sigmoids."""

from __future__ import annotations

import numpy as np

from models.specs import activations as specs
from models.theory.curve import Curve, Floats


def logistic(x: Floats) -> Floats:
    """1 / (1 + e^-x), without overflow on either side."""
    return np.asarray(0.5 + 0.5 * np.tanh(x / 2))


def logistic_slope(x: Floats) -> Floats:
    """σ(x)(1 - σ(x)), exact in both tails."""
    small = np.exp(-np.abs(x))
    return np.asarray(small / (1 + small) ** 2)


def sigmoid(_: specs.Sigmoid) -> Curve:
    """σ(x) = 1 / (1 + e^-x); its slope is at most 1/4."""
    return Curve(logistic, logistic_slope, (0.0, 1.0))


def tanh(_: specs.Tanh) -> Curve:
    """Tanh, with the slope 1/cosh²x written so that it does not overflow."""

    def slope(x: Floats) -> Floats:
        return 4 * logistic_slope(2 * x)

    return Curve(np.tanh, slope, (-1.0, 1.0))


def softsign(_: specs.Softsign) -> Curve:
    """The quotient x / (1 + |x|)."""

    def value(x: Floats) -> Floats:
        return np.asarray(x / (1 + np.abs(x)))

    def slope(x: Floats) -> Floats:
        return np.asarray((1 + np.abs(x)) ** -2.0)

    return Curve(value, slope, (-1.0, 1.0))


def ramp(low: float, high: float, bottom: float, top: float) -> Curve:
    """The straight line from (low, bottom) to (high, top), constant on both sides."""
    rise = (top - bottom) / (high - low)

    def value(x: Floats) -> Floats:
        return np.asarray(bottom + rise * (np.clip(x, low, high) - low))

    def slope(x: Floats) -> Floats:
        return np.where((x > low) & (x < high), rise, 0.0)

    return Curve(value, slope, (bottom, top))


def hard_sigmoid(_: specs.HardSigmoid) -> Curve:
    """clip((x + 3) / 6, 0, 1)."""
    return ramp(-3.0, 3.0, 0.0, 1.0)


def hard_tanh(_: specs.HardTanh) -> Curve:
    """clip(x, -1, 1)."""
    return ramp(-1.0, 1.0, -1.0, 1.0)


def sparse_sigmoid(_: specs.SparseSigmoid) -> Curve:
    """clip((x + 1) / 2, 0, 1)."""
    return ramp(-1.0, 1.0, 0.0, 1.0)


def log_sigmoid(_: specs.LogSigmoid) -> Curve:
    """The logarithm of the sigmoid."""

    def value(x: Floats) -> Floats:
        return np.asarray(-np.logaddexp(0.0, -x))

    def slope(x: Floats) -> Floats:
        return logistic(-x)

    return Curve(value, slope, (-np.inf, 0.0))
