"""Values and derivatives of rectifiers."""

from __future__ import annotations

import math

import numpy as np

from models.specs import activations as specs
from models.theory.curve import Curve, Floats
from models.theory.sigmoids import logistic, logistic_slope

SELU_SCALE = 1.0507009873554805  # Klambauer et al. 2017, eq. 14
SELU_ALPHA = 1.6732632423543772

# The least values of the functions that dip below zero, at the zero of their derivative.
GELU_LEAST = -0.16997120747990369
GELU_TANH_LEAST = -0.17004075057125403
SILU_LEAST = -0.2784645427610738
MISH_LEAST = -0.30884341301725043

_erfc = np.frompyfunc(math.erfc, 1, 1)


def _bounds(bottom: float, slope_left: float, slope_right: float) -> tuple[float, float]:
    """The range of a function with these slopes far out, and this least value if it has one."""
    low = -np.inf if slope_left > 0 or slope_right < 0 else bottom
    return low, np.inf


def relu(spec: specs.Relu) -> Curve:
    """The identity above the threshold θ, up to the greatest value; slope·(x - θ) below."""
    theta, leak = spec.threshold, spec.negative_slope
    top = math.inf if spec.max_value is None else spec.max_value
    # Keras clips from below too, but only where it is given a greatest value or has no threshold.
    bottom = 0.0 if spec.max_value is not None or theta == 0 else -math.inf

    def value(x: Floats) -> Floats:
        return np.clip(np.where(x > theta, x, 0.0), bottom, top) - leak * np.maximum(theta - x, 0.0)

    def slope(x: Floats) -> Floats:
        passing = (x > theta) & (x > bottom) & (x < top)
        return np.where(passing, 1.0, 0.0) + np.where(x < theta, leak, 0.0)

    least = min(0.0, max(theta, bottom))
    low = -math.inf if leak > 0 else least
    high = math.inf if leak < 0 else max(top, 0.0)
    return Curve(value, slope, (low, high))


def leaky_relu(spec: specs.LeakyRelu) -> Curve:
    """The identity above zero, slope·x below."""
    leak = spec.negative_slope

    def value(x: Floats) -> Floats:
        return np.where(x > 0, x, leak * x)

    def slope(x: Floats) -> Floats:
        return np.where(x > 0, 1.0, leak)

    return Curve(value, slope, _bounds(0.0, leak, 1.0))


def relu6(_: specs.Relu6) -> Curve:
    """clip(x, 0, 6)."""
    return relu(specs.Relu(max_value=6.0))


def _exponential_unit(scale: float, alpha: float, width: float) -> Curve:
    """scale·x above zero, scale·α(e^(x/width) - 1) below."""

    def value(x: Floats) -> Floats:
        return scale * np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0.0) / width))

    def slope(x: Floats) -> Floats:
        return scale * np.where(x > 0, 1.0, alpha / width * np.exp(np.minimum(x, 0.0) / width))

    return Curve(value, slope, (min(0.0, -scale * alpha), np.inf))


def elu(spec: specs.Elu) -> Curve:
    """The identity above zero, α(e^x - 1) below (Clevert et al. 2016)."""
    return _exponential_unit(1.0, spec.alpha, 1.0)


def celu(spec: specs.Celu) -> Curve:
    """The identity above zero, α(e^(x/α) - 1) below (Barron 2017)."""
    return _exponential_unit(1.0, spec.alpha, spec.alpha)


def selu(_: specs.Selu) -> Curve:
    """The exponential unit whose mean 0 and variance 1 are a fixed point (Klambauer et al. 2017)."""
    return _exponential_unit(SELU_SCALE, SELU_ALPHA, 1.0)


def gelu(spec: specs.Gelu) -> Curve:
    """x·Φ(x), Φ the normal distribution (Hendrycks & Gimpel 2016), or its approximation by tanh."""
    if spec.approximate:
        return _gelu_tanh()

    def normal(x: Floats) -> Floats:
        return np.asarray(_erfc(-x / math.sqrt(2)) / 2, np.float64)

    def value(x: Floats) -> Floats:
        return x * normal(x)

    def slope(x: Floats) -> Floats:
        return normal(x) + x * np.exp(-np.square(x) / 2) / math.sqrt(2 * math.pi)

    return Curve(value, slope, (GELU_LEAST, np.inf))


def _gelu_tanh() -> Curve:
    """x·(1 + tanh(√(2/π)(x + 0.044715 x³)))/2."""
    root = math.sqrt(2 / math.pi)

    def inner(x: Floats) -> Floats:
        return np.asarray(2 * root * (x + 0.044715 * x**3))

    def value(x: Floats) -> Floats:
        return x * logistic(inner(x))

    def slope(x: Floats) -> Floats:
        return logistic(inner(x)) + x * logistic_slope(inner(x)) * 2 * root * (1 + 3 * 0.044715 * np.square(x))

    return Curve(value, slope, (GELU_TANH_LEAST, np.inf))


def silu(_: specs.Silu) -> Curve:
    """x·σ(x)."""

    def value(x: Floats) -> Floats:
        return x * logistic(x)

    def slope(x: Floats) -> Floats:
        return logistic(x) + x * logistic_slope(x)

    return Curve(value, slope, (SILU_LEAST, np.inf))


def hard_silu(_: specs.HardSilu) -> Curve:
    """x·clip((x + 3) / 6, 0, 1)."""

    def value(x: Floats) -> Floats:
        return np.asarray(x * np.clip((x + 3) / 6, 0.0, 1.0))

    def slope(x: Floats) -> Floats:
        return np.where(x <= -3, 0.0, np.where(x >= 3, 1.0, (2 * x + 3) / 6))

    return Curve(value, slope, (-0.375, np.inf))


def mish(_: specs.Mish) -> Curve:
    """x·tanh(ln(1 + e^x)) (Misra 2019)."""

    def value(x: Floats) -> Floats:
        return np.asarray(x * np.tanh(np.logaddexp(0.0, x)))

    def slope(x: Floats) -> Floats:
        gate = np.tanh(np.logaddexp(0.0, x))
        return np.asarray(gate + x * (1 - gate**2) * logistic(x))

    return Curve(value, slope, (MISH_LEAST, np.inf))


def softplus(_: specs.Softplus) -> Curve:
    """ln(1 + e^x)."""

    def value(x: Floats) -> Floats:
        return np.asarray(np.logaddexp(0.0, x))

    return Curve(value, logistic, (0.0, np.inf))


def squareplus(spec: specs.Squareplus) -> Curve:
    """(x + √(x² + b)) / 2 (Barron 2021); with b = 0 the rectifier."""
    b = spec.b

    def value(x: Floats) -> Floats:
        return np.asarray((x + np.sqrt(np.square(x) + b)) / 2)

    def slope(x: Floats) -> Floats:
        root = np.sqrt(np.square(x) + b)
        return np.asarray((1 + np.divide(x, root, out=np.zeros_like(root), where=root > 0)) / 2)

    return Curve(value, slope, (0.0, np.inf))


def sparse_plus(_: specs.SparsePlus) -> Curve:
    """0 below -1, (x + 1)²/4 up to 1, x above."""

    def value(x: Floats) -> Floats:
        return np.where(x <= -1, 0.0, np.where(x < 1, np.square(x + 1) / 4, x))

    def slope(x: Floats) -> Floats:
        return np.clip((x + 1) / 2, 0.0, 1.0)

    return Curve(value, slope, (0.0, np.inf))
