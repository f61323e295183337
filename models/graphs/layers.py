"""Writes each layer of a spec in the operations of a graph, as a trained network computes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.graphs.activations import activate, elu, leaky_relu, relu, softmax
from models.graphs.graph import Op, Value
from models.specs import activations, layers

Weights = Mapping[str, NDArray[Any]]


def dense(x: Value, spec: layers.Dense, weights: Weights, _: int) -> Value:
    """φ(x W + b)."""
    z = x @ x.graph.constant(weights["kernel"], x.dtype)
    if spec.use_bias:
        z = z + x.graph.constant(weights["bias"], x.dtype)
    return activate(z, spec.activation)


def activation(x: Value, spec: layers.Activation, _: Weights, __: int) -> Value:
    """φ(x)."""
    return activate(x, spec.activation)


def batch_normalization(x: Value, spec: layers.BatchNormalization, weights: Weights, _: int) -> Value:
    """γ (x - μ) / √(σ² + ε) + β with the moving averages: a straight line for each column."""
    known = {name: values.astype(np.float64) for name, values in weights.items()}
    with np.errstate(all="ignore"):  # a diverged network is exported as it is
        factor = known.get("gamma", 1.0) / np.sqrt(known["moving_variance"] + spec.epsilon)
        offset = known.get("beta", 0.0) - known["moving_mean"] * factor
        return x * x.graph.constant(factor, x.dtype) + x.graph.constant(offset, x.dtype)


def layer_normalization(x: Value, spec: layers.LayerNormalization, weights: Weights, width: int) -> Value:
    """γ (x - μ) / √(σ² + ε) + β with mean and variance of the row."""
    centred = x - x.apply(Op.ROW_SUM) * (1 / width)
    variance = (centred * centred).apply(Op.ROW_SUM) * (1 / width)
    y = centred / (variance + spec.epsilon).apply(Op.SQRT)
    if spec.scale:
        y = y * x.graph.constant(weights["gamma"], x.dtype)
    return y + x.graph.constant(weights["beta"], x.dtype) if spec.center else y


def prelu(x: Value, _: layers.PReLU, weights: Weights, __: int) -> Value:
    """max(x, 0) + α min(x, 0), with an α a unit."""
    return x.clip(0.0, np.inf) + x.graph.constant(weights["alpha"], x.dtype) * x.clip(-np.inf, 0.0)


def leaky_relu_layer(x: Value, spec: layers.LeakyReLU, _: Weights, __: int) -> Value:
    """The identity above zero, slope·x below."""
    return leaky_relu(x, activations.LeakyRelu(negative_slope=spec.negative_slope))


def elu_layer(x: Value, spec: layers.ELU, _: Weights, __: int) -> Value:
    """The identity above zero, α(e^x - 1) below."""
    return elu(x, activations.Elu(alpha=spec.alpha))


def relu_layer(x: Value, spec: layers.ReLU, _: Weights, __: int) -> Value:
    """The rectifier."""
    return relu(x, activations.Relu(**spec.arguments()))


def softmax_layer(x: Value, _: layers.SoftmaxLayer, __: Weights, ___: int) -> Value:
    """e^x over its sum in the row."""
    return softmax(x)


def unchanged(x: Value, _: layers.LayerBase, __: Weights, ___: int) -> Value:
    """Noise is for training."""
    return x


# All but the residual block, which is layers itself.
FORMULAS: Final[Mapping[type[layers.LayerBase], Callable[[Value, Any, Weights, int], Value]]] = MappingProxyType(
    {
        layers.Activation: activation,
        layers.AlphaDropout: unchanged,
        layers.BatchNormalization: batch_normalization,
        layers.Dense: dense,
        layers.Dropout: unchanged,
        layers.ELU: elu_layer,
        layers.GaussianDropout: unchanged,
        layers.GaussianNoise: unchanged,
        layers.LayerNormalization: layer_normalization,
        layers.LeakyReLU: leaky_relu_layer,
        layers.PReLU: prelu,
        layers.ReLU: relu_layer,
        layers.SoftmaxLayer: softmax_layer,
    }
)
