"""What is measured of a network on its probe batch, inside the compiled program.

The probe only reads: it runs in inference mode, changes no variable and draws no random number. The definitions of
the quantities are in :mod:`models.quantities`; here they are computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from models.engine.network import Network, Node, Skip

# Rows of the packed (Q, L) tensor, in this order.
PER_LAYER = (
    "gradient_norm",
    "gradient_rms",
    "delta_rms",
    "weight_norm",
    "update_ratio",
    "activation_mean",
    "activation_std",
    "signal_std",
    "saturated_fraction",
    "dead_fraction",
)
OVERALL = ("gradient_norm", "clipped_fraction", "clip_scale")
SATURATED = 0.05  # share of the steepest slope under which an activation counts as saturated

ACTIVATION_LAYERS = (
    keras.layers.Activation,
    keras.layers.LeakyReLU,
    keras.layers.PReLU,
    keras.layers.ELU,
    keras.layers.ReLU,
    keras.layers.Softmax,
)


@dataclass
class Reading:
    """The tensors of one kernel layer.

    Attributes:
        z: (N, n) pre-activation.
        a: (N, n) what leaves the layer: after its activation, wherever the spec places that.
        activation: the first non-linear function behind the kernel, and u (N, n), what it was given.
    """

    z: Any
    a: Any
    activation: tuple[Any, Any] | None = None


@dataclass
class Tap:
    """Reads a network while it computes."""

    readings: list[Reading] = field(default_factory=list)

    def run(self, nodes: Sequence[Node], x: Any) -> Any:
        """The network's output for x (N, D), in inference mode; every kernel layer leaves a reading."""
        for node in nodes:
            if isinstance(node, Skip):
                x = node.add([x, self.run(node.inner, x)])
            elif isinstance(node, keras.layers.Dense):
                x = self.dense(node, x)
            else:
                before, x = x, node(x, training=False)
                if isinstance(node, ACTIVATION_LAYERS) and self.readings and linear(node) is False:
                    self.activated(node, before)
                if self.readings:
                    self.readings[-1].a = x
        return x

    def dense(self, layer: Any, x: Any) -> Any:
        """Read a dense layer between its kernel and its activation."""
        z = keras.ops.matmul(x, layer.kernel)
        if layer.use_bias:
            z = keras.ops.add(z, layer.bias)
        a = layer.activation(z)
        self.readings.append(Reading(z, a))
        if linear(layer) is False:
            self.activated(layer.activation, z)
        return a

    def activated(self, function: Any, u: Any) -> None:
        """The first non-linearity behind a kernel is the one that can starve it."""
        if self.readings[-1].activation is None:
            self.readings[-1].activation = (function, u)


def linear(layer: Any) -> bool:
    """Whether a dense or activation layer passes its input on unchanged."""
    return getattr(layer, "activation", None) is keras.activations.linear


def is_softmax(function: Any) -> bool:
    """Whether the function couples the units of a row."""
    inner = getattr(function, "activation", function)
    return inner is keras.activations.softmax or isinstance(inner, keras.layers.Softmax)


def slope(function: Any, u: Any) -> Any:
    """φ'(u), elementwise (N, n); for softmax the diagonal of its Jacobian, p(1 - p)."""
    if is_softmax(function):
        p = function(u)
        return p * (1.0 - p)
    with tf.GradientTape() as tape:
        tape.watch(u)
        a = function(u)
    return tape.gradient(a, u, unconnected_gradients=tf.UnconnectedGradients.ZERO)


def steepest(function: Any, units: int) -> float:
    """The greatest |φ'|, or |φ'(0)| of a function whose slope has no bound.

    Args:
        function: an elementwise activation, or softmax.
        units: n, the width that a layer with weights of its own was built for.
    """
    if is_softmax(function):
        return 0.25
    grid = np.repeat(np.linspace(-10.0, 10.0, 2001, dtype=np.float32)[:, None], units, axis=1)
    slopes = np.abs(slope(function, tf.constant(grid)).numpy())
    unbounded = slopes[-1].max() > 100 or slopes[0].max() > 100
    return float(slopes[1000].max() if unbounded else slopes.max())


@dataclass
class Probe:
    """Measures one network; the same tensors for the same weights and rows.

    Attributes:
        network: what is measured.
        loss: the Keras loss object: the data loss alone, without penalties.
    """

    network: Network
    loss: Any
    steepness: dict[int, float] = field(default_factory=dict)

    def calibrate(self, x: Any) -> None:
        """Find the steepest slope of each activation, once and eagerly; x is any (N, D) batch."""
        tap = Tap()
        tap.run(self.network.nodes, x)
        for index, reading in enumerate(tap.readings):
            if reading.activation is not None:
                function, u = reading.activation
                self.steepness[index] = steepest(function, u.shape[-1])

    def measure(self, x: Any, y: Any, ratios: Any) -> tuple[Any, Any]:
        """The packed quantities of the network as it is.

        Args:
            x: (N, D) probe rows.
            y: (N, K) their encoded targets.
            ratios: (L,) update ratios of the last step, NaN before the first.

        Returns:
            (Q, L) in the order of ``PER_LAYER``, and the norm of the whole gradient.
        """
        variables = [variable.value for variable in self.network.model.trainable_variables]
        tap = Tap()
        with tf.GradientTape() as tape:
            tape.watch(variables)
            output = tap.run(self.network.nodes, x)
            loss = self.loss(y, output)
        zs = [reading.z for reading in tap.readings]
        gradients = tape.gradient(loss, [*variables, *zs], unconnected_gradients=tf.UnconnectedGradients.ZERO)
        by_variable = dict(zip(map(id, self.network.model.trainable_variables), gradients, strict=False))
        deltas = gradients[len(variables) :]
        columns = []
        for index, (layer, reading) in enumerate(zip(self.network.kernels, tap.readings, strict=True)):
            norm = tf.norm(by_variable[id(layer.kernel)])
            saturated, dead = self.activity(index, reading)
            columns.append(
                [
                    norm,
                    norm / np.sqrt(np.prod(layer.kernel.shape)).astype(np.float32),
                    tf.sqrt(tf.reduce_mean(tf.square(deltas[index]))),
                    tf.norm(layer.kernel.value),
                    ratios[index],
                    tf.reduce_mean(reading.a),
                    tf.math.reduce_std(reading.a),
                    tf.reduce_mean(tf.math.reduce_std(reading.a, axis=0)),
                    saturated,
                    dead,
                ]
            )
        packed = tf.stack([tf.stack(row) for row in zip(*columns, strict=True)])
        return packed, tf.linalg.global_norm(gradients[: len(variables)])

    def activity(self, index: int, reading: Reading) -> tuple[Any, Any]:
        """Share of saturated entries and share of dead units behind a kernel."""
        if reading.activation is None:
            return tf.constant(0.0), tf.constant(0.0)
        slopes = tf.abs(slope(*reading.activation))
        finite = tf.reduce_all(tf.math.is_finite(reading.z))
        saturated = tf.reduce_mean(tf.cast(slopes < SATURATED * self.steepness[index], tf.float32))
        dead = tf.reduce_mean(tf.cast(tf.reduce_all(slopes == 0.0, axis=0), tf.float32))
        nan = tf.constant(np.nan, tf.float32)
        return tf.where(finite, saturated, nan), tf.where(finite, dead, nan)
