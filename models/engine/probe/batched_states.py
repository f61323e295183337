"""Computes the layers of one network for many states of its weights at once.

What is read of a network after each of hundreds of epochs is the same computation on other weights. With a dimension
for the states in front of each tensor it is one operation instead of R, and takes so little time that compiling it
would not pay.

Tensors are (R, n, N), units by rows: the answers of a unit to all rows stand side by side. To add a bias, to add up
over rows and to lay layers beside each other then goes by long runs of numbers, several times as fast as by rows of
five units. What needs a row's units together gets the tensor turned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import keras
import tensorflow as tf

from models.engine.activation import Configured
from models.engine.network.architecture import Node, Skip

# They remember how they draw, and draw nothing in inference mode.
NOISE = (
    keras.layers.Dropout,
    keras.layers.AlphaDropout,
    keras.layers.GaussianNoise,
    keras.layers.GaussianDropout,
)
COUPLING = (keras.activations.log_softmax, keras.activations.sparsemax)  # units of a row, beside softmax


class States:
    """The values of a network's variables in R states, and its layers with these values.

    Args:
        values: each variable, with a tensor (R, …) of its values.
    """

    def __init__(self, values: Iterable[tuple[Any, Any]]) -> None:
        self.values = {id(variable): value for variable, value in values}
        self.columns: Any = None  # what was computed by rows last
        self.rows: Any = None  # the same, as it was computed
        self.logits: Any = None  # (R, K, N) behind a last softmax

    def column(self, variable: Any) -> Any:
        """(R, n, 1) the values of a variable with an entry for each unit; None for no variable."""
        return None if variable is None else tf.expand_dims(self.values[id(variable)], 2)

    def affine(self, layer: Any, x: Any) -> Any:
        """Compute z = Wᵀ x + b (R, n, N) of a dense layer for (R, m, N)."""
        z = tf.matmul(self.values[id(layer.kernel)], x, transpose_a=True)
        return z if layer.bias is None else z + self.column(layer.bias)

    def run(self, nodes: Sequence[Node], x: Any) -> Any:
        """The network's output (R, K', N) for (R, D, N); ``layer_outputs.py`` also keeps what its layers do."""
        for node in nodes:
            if isinstance(node, Skip):
                x = node.add([x, self.run(node.inner, x)])
            elif isinstance(node, keras.layers.Dense):
                x = self.call(node.activation, self.affine(node, x))
            else:
                x = self.call(node, x)
        return x

    def call(self, layer: Any, x: Any, *, last: bool = False) -> Any:
        """What an activation, or a layer other than a dense one, makes of (R, n, N) in inference mode.

        Args:
            layer: of the network, or the activation of one.
            x: what it is given.
            last: whether the loss reads what it makes, and may need the logits that Keras remembers with it.
        """
        match layer:
            case keras.layers.BatchNormalization():
                mean, variance = self.column(layer.moving_mean), self.column(layer.moving_variance)
                offset, scale = self.column(layer.beta), self.column(layer.gamma)
                return tf.nn.batch_normalization(x, mean, variance, offset, scale, layer.epsilon)
            case keras.layers.LayerNormalization():
                gamma, beta = (None if v is None else turned(self.column(v)) for v in (layer.gamma, layer.beta))
                return self.by_rows(lambda rows: keras.ops.layer_normalization(rows, gamma, beta, -1, layer.epsilon), x)
            case keras.layers.PReLU():
                return tf.nn.relu(x) - self.column(layer.alpha) * tf.nn.relu(-x)
            case _ if getattr(layer, "variables", ()) and not isinstance(layer, NOISE):
                raise NotImplementedError(f"{type(layer).__name__} has variables and no form for several states")
            case _:
                if is_softmax(layer):
                    return self.softmax(x, last=last)
                return self.by_rows(layer, x) if last or inner(layer) in COUPLING else layer(x)

    def softmax(self, x: Any, *, last: bool) -> Any:
        """The softmax over the units of (R, n, N), without turning it: TensorFlow's takes ten times as long."""
        powers = tf.exp(x - tf.stop_gradient(tf.reduce_max(x, 1, keepdims=True)))
        shares = powers / tf.reduce_sum(powers, 1, keepdims=True)
        if last:
            self.logits, self.columns, self.rows = x, shares, turned(shares)
            self.rows._keras_logits = turned(x)  # noqa: SLF001 - as Keras's own softmax does
        return shares

    def by_rows(self, function: Callable[[Any], Any], x: Any) -> Any:
        """What a function of rows (R, N, n) makes of (R, n, N)."""
        self.rows = function(turned(x))
        self.columns = turned(self.rows)
        return self.columns

    def output(self, x: Any) -> Any:
        """(R, N, n) the rows of (R, n, N): where they were computed as rows, those, by which Keras remembers logits."""
        return self.rows if x is self.columns else turned(x)


def turned(x: Any) -> Any:
    """(R, m, n) as (R, n, m)."""
    return tf.transpose(x, [0, 2, 1])


def is_softmax(function: Any) -> bool:
    """Whether an activation, or the layer of one, is the softmax of a row's units."""
    found = inner(function)
    return found is keras.activations.softmax or isinstance(found, keras.layers.Softmax)


def inner(layer: Any) -> Any:
    """The function behind an activation or the layer of one."""
    function = getattr(layer, "activation", layer)
    return getattr(function, "call", function) if isinstance(function, Configured) else function
