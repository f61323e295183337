"""Values and derivatives of the activations that are neither rectifiers nor sigmoids."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.specs import activations as specs
from models.theory import sigmoids
from models.theory.curve import Curve, Floats

EVERYWHERE = (-np.inf, np.inf)


def linear(_: specs.Linear) -> Curve:
    """The identity."""
    return Curve(np.asarray, np.ones_like, EVERYWHERE)


def exponential(_: specs.Exponential) -> Curve:
    """e^x; beyond e^709 it is infinite, as floating point has it."""

    def value(x: Floats) -> Floats:
        with np.errstate(over="ignore"):
            return np.exp(x)

    return Curve(value, value, (0.0, np.inf))


def hard_shrink(spec: specs.HardShrink) -> Curve:
    """The identity where |x| > λ, else 0."""

    def value(x: Floats) -> Floats:
        return np.where(np.abs(x) > spec.threshold, x, 0.0)

    def slope(x: Floats) -> Floats:
        return np.where(np.abs(x) > spec.threshold, 1.0, 0.0)

    return Curve(value, slope, EVERYWHERE)


def soft_shrink(spec: specs.SoftShrink) -> Curve:
    """sign(x)·max(|x| - λ, 0)."""

    def value(x: Floats) -> Floats:
        return np.asarray(np.sign(x) * np.maximum(np.abs(x) - spec.threshold, 0.0))

    def slope(x: Floats) -> Floats:
        return np.where(np.abs(x) > spec.threshold, 1.0, 0.0)

    return Curve(value, slope, EVERYWHERE)


def tanh_shrink(_: specs.TanhShrink) -> Curve:
    """The difference x - tanh x."""

    def value(x: Floats) -> Floats:
        return np.asarray(x - np.tanh(x))

    def slope(x: Floats) -> Floats:
        return np.square(np.tanh(x))

    return Curve(value, slope, EVERYWHERE)


def threshold(spec: specs.Threshold) -> Curve:
    """The identity above θ, a constant below."""

    def value(x: Floats) -> Floats:
        return np.where(x > spec.threshold, x, spec.default_value)

    def slope(x: Floats) -> Floats:
        return np.where(x > spec.threshold, 1.0, 0.0)

    return Curve(value, slope, (min(spec.threshold, spec.default_value), np.inf))


def softmax(_: specs.Softmax) -> Curve:
    """e^x / (e^x + e^0): softmax over a row (x, 0) is the sigmoid."""
    return replace(sigmoids.sigmoid(specs.Sigmoid()), elementwise=False)


def log_softmax(_: specs.LogSoftmax) -> Curve:
    """The logarithm of softmax over a row (x, 0)."""
    return replace(sigmoids.log_sigmoid(specs.LogSigmoid()), elementwise=False)


def sparsemax(_: specs.Sparsemax) -> Curve:
    """Sparsemax over a row (x, 0): clip((x + 1) / 2, 0, 1) (Martins & Astudillo 2016)."""
    return replace(sigmoids.sparse_sigmoid(specs.SparseSigmoid()), elementwise=False)
