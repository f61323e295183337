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
from models.engine.packing import Packing

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
        index: the layer's number, from the input.
        z: (N, n) pre-activation.
        a: (N, n) what leaves the layer: after its activation, wherever the spec places that.
        activation: the first non-linear function behind the kernel, and u (N, n), what it was given.
    """

    index: int
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
        self.readings.append(Reading(len(self.readings), z, a))
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

    What can be is computed for all layers at once, side by side: each tensor operation costs a small network more than
    its arithmetic.

    Attributes:
        network: what is measured.
        packing: its trainable variables in few vectors.
        loss: the Keras loss object: the data loss alone, without penalties.
    """

    network: Network
    packing: Packing
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

    def measure(self, x: Any, y: Any, before: list[Any], first: Any) -> tuple[Any, Any]:
        """The packed quantities of the network as it is.

        Args:
            x: (N, D) probe rows.
            y: (N, K) their encoded targets.
            before: the G vectors before the last step.
            first: whether there was no step yet; update ratios are NaN then.

        Returns:
            (Q, L) in the order of ``PER_LAYER``, and the norm of the whole gradient.
        """
        vectors = self.packing.values()
        tap = Tap()
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(vectors)
            with keras.StatelessScope(state_mapping=self.packing.mapping(self.packing.unpack(vectors))):
                output = tap.run(self.network.nodes, x)
                loss = self.loss(y, output)
                slopes = [self.slopes(reading) for reading in tap.readings]
        zs = [reading.z for reading in tap.readings]
        gradients = tape.gradient(loss, [*vectors, *zs], unconnected_gradients=tf.UnconnectedGradients.ZERO)
        of_vectors, deltas = gradients[: len(vectors)], gradients[len(vectors) :]
        gradient, weight, moved = self.norms(of_vectors, vectors, before)
        ratio = tf.where(first, np.float32(np.nan), moved)
        sizes = np.asarray([np.sqrt(np.prod(layer.kernel.shape)) for layer in self.network.kernels], np.float32)
        activity = self.activity(tap.readings, deltas, slopes)
        packed = tf.concat([tf.stack([gradient, gradient / sizes, activity[0], weight, ratio]), activity[1:]], 0)
        return packed, tf.linalg.global_norm(of_vectors)

    def norms(self, gradients: list[Any], vectors: list[Any], before: list[Any]) -> Any:
        """(3, L): the norm of each kernel's gradient, of the kernel, and of its last update over what it was."""
        stacked = [tf.stack([g, w, old, w - old]) for g, w, old in zip(gradients, vectors, before, strict=True)]
        # One vector after the other is cut into kernels, its four rows together.
        by_variable = {id(v): n for n, v in enumerate(self.packing.variables)}
        columns = self.packing.squares(stacked)
        chosen = tf.stack([columns[by_variable[id(layer.kernel)]] for layer in self.network.kernels], axis=1)
        gradient, weight, old, change = tf.unstack(tf.sqrt(chosen))
        return gradient, weight, change / (old + 1e-12)

    def slopes(self, reading: Reading) -> Any:
        """(N, n) the size of the activation's slope over its steepest; NaN where the pre-activation is not finite."""
        if reading.activation is None:
            return tf.ones_like(reading.a)
        slopes = tf.abs(slope(*reading.activation)) / self.steepness[reading.index]
        return tf.where(tf.math.is_finite(reading.z), slopes, np.float32(np.nan))

    def activity(self, readings: list[Reading], deltas: list[Any], slopes: list[Any]) -> Any:
        """(6, L): delta_rms, activation_mean, activation_std, signal_std, saturated_fraction, dead_fraction.

        Means of squares are taken about the first row: a layer that answers nearly the same to every row has a spread
        far below the round-off of its squares.
        """
        a, s = tf.concat([r.a for r in readings], 1), tf.concat(slopes, 1)
        shifted = a - a[:1]
        middle = tf.reduce_mean(shifted, 0)
        spread = tf.maximum(tf.reduce_mean(tf.square(shifted), 0) - tf.square(middle), 0.0)
        missing = tf.where(tf.math.is_nan(s), s, 0.0)
        rows = tf.stack(
            [
                tf.reduce_mean(tf.square(tf.concat(deltas, 1)), 0),
                middle + a[0],
                spread,
                tf.sqrt(spread),
                tf.reduce_mean(tf.cast(s < SATURATED, tf.float32) + missing, 0),
                tf.cast(tf.reduce_all(s == 0.0, 0), tf.float32) + tf.reduce_mean(missing, 0),
            ]
        )
        layers = [self.of_layer(part) for part in tf.split(rows, [r.a.shape[1] for r in readings], 1)]
        return tf.stack(layers, 1)

    def of_layer(self, columns: Any) -> Any:
        """(6,) the quantities of one layer from the statistics (6, n) of its units."""
        means = tf.reduce_mean(columns, 1)
        between = tf.reduce_mean(tf.square(columns[1] - means[1]))
        return tf.stack([tf.sqrt(means[0]), means[1], tf.sqrt(means[2] + between), means[3], means[4], means[5]])
