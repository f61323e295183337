"""R states of one network, side by side.

What is read of a network after each of hundreds of epochs is the same computation on other weights. With a dimension
for the states in front of each tensor it is one operation instead of R, and takes so little time that compiling it
would not pay.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import keras
import tensorflow as tf

# They remember how they draw, and draw nothing in inference mode.
NOISE = (
    keras.layers.Dropout,
    keras.layers.AlphaDropout,
    keras.layers.GaussianNoise,
    keras.layers.GaussianDropout,
)


class States:
    """The values of a network's variables in R states, and its layers with these values.

    Args:
        values: each variable, with a tensor (R, …) of its values.
    """

    def __init__(self, values: Iterable[tuple[Any, Any]]) -> None:
        self.values = {id(variable): value for variable, value in values}

    def row(self, variable: Any) -> Any:
        """(R, 1, n) the values of a variable with an entry for each unit; None for no variable."""
        return None if variable is None else tf.expand_dims(self.values[id(variable)], 1)

    def affine(self, layer: Any, x: Any) -> Any:
        """Compute z = x W + b (R, N, n) of a dense layer for (R, N, m)."""
        z = tf.matmul(x, self.values[id(layer.kernel)])
        return z if layer.bias is None else z + self.row(layer.bias)

    def call(self, layer: Any, x: Any) -> Any:
        """What a layer other than a dense one makes of (R, N, n) in inference mode."""
        match layer:
            case keras.layers.BatchNormalization():
                mean, variance = self.row(layer.moving_mean), self.row(layer.moving_variance)
                offset, scale = self.row(layer.beta), self.row(layer.gamma)
                return tf.nn.batch_normalization(x, mean, variance, offset, scale, layer.epsilon)
            case keras.layers.LayerNormalization():
                return keras.ops.layer_normalization(x, self.row(layer.gamma), self.row(layer.beta), -1, layer.epsilon)
            case keras.layers.PReLU():
                return tf.nn.relu(x) - self.row(layer.alpha) * tf.nn.relu(-x)
            case _ if layer.variables and not isinstance(layer, NOISE):
                raise NotImplementedError(f"{type(layer).__name__} has variables and no form for several states")
            case _:
                return layer(x, training=False)
