"""What is measured of a network on its probe batch, inside the compiled program.

The probe only reads: it runs in inference mode, changes no variable and draws no random number. The definitions of
the quantities are in :mod:`models.quantities`; here they are computed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from models.engine.network import Network, Node, Skip, affine
from models.engine.packing import Packing
from models.engine.runs import sums
from models.engine.twins import is_finite, is_nan, magnitude, twin

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


@dataclass(frozen=True)
class Activated:
    """What an activation made of its input.

    Attributes:
        function: the activation: a function, or a layer.
        u: (N, n) what it was given.
        a: (N, n) what it made of it.
        tape: has watched it.
    """

    function: Any
    u: Any
    a: Any
    tape: Any

    @classmethod
    def of(cls, function: Any, u: Any) -> Activated:
        """Call ``function`` under a tape."""
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(u)
            a = twin(function)(u)
        return cls(function, u, a, tape)

    def slope(self) -> Any:
        """φ'(u), elementwise (N, n); for softmax the diagonal of its Jacobian, p(1 - p)."""
        if is_softmax(self.function):
            return self.a * (1.0 - self.a)
        return self.tape.gradient(self.a, self.u, unconnected_gradients=tf.UnconnectedGradients.ZERO)


@dataclass
class Reading:
    """The tensors of one kernel layer.

    Attributes:
        index: the layer's number, from the input.
        layer: the Keras layer.
        entered: (N, m) what came in.
        z: (N, n) pre-activation.
        a: (N, n) what leaves the layer: after its activation, wherever the spec places that.
        activated: the first non-linear function behind the kernel, which alone can starve it.
    """

    index: int
    layer: Any
    entered: Any
    z: Any
    a: Any
    activated: Activated | None = None


@dataclass
class Tap:
    """Reads a network while it computes.

    Attributes:
        batch: whether batch normalizations use the statistics of the rows, as while training.
        readings: of the kernel layers so far, from the input.
    """

    batch: bool = False
    readings: list[Reading] = field(default_factory=list)

    def run(self, nodes: Sequence[Node], x: Any) -> Any:
        """The network's output for x (N, D), in inference mode; every kernel layer leaves a reading."""
        for node in nodes:
            if isinstance(node, Skip):
                x = node.add([x, self.run(node.inner, x)])
                continue
            if isinstance(node, keras.layers.Dense):
                z = affine(node, x)
                self.readings.append(Reading(len(self.readings), node, x, z, z))
                x = z if linear(node) else self.activate(node.activation, z)
            elif isinstance(node, ACTIVATION_LAYERS) and not linear(node):
                x = self.activate(node, x)
            else:
                x = node(x, training=self.batch and isinstance(node, keras.layers.BatchNormalization))
            if self.readings:
                self.readings[-1].a = x
        return x

    def activate(self, function: Any, u: Any) -> Any:
        """What ``function`` makes of u (N, n)."""
        made = Activated.of(function, u)
        if self.readings and self.readings[-1].activated is None:
            self.readings[-1].activated = made
        return made.a


def linear(layer: Any) -> bool:
    """Whether a dense or activation layer passes its input on unchanged."""
    return getattr(layer, "activation", None) is keras.activations.linear


def is_softmax(function: Any) -> bool:
    """Whether the function couples the units of a row."""
    inner = getattr(function, "activation", function)
    return inner is keras.activations.softmax or isinstance(inner, keras.layers.Softmax)


def steepest(function: Any, units: int) -> float:
    """The greatest |φ'|, or |φ'(0)| of a function whose slope has no bound.

    Args:
        function: an elementwise activation, or softmax.
        units: n, the width that a layer with weights of its own was built for.
    """
    if is_softmax(function):
        return 0.25
    grid = np.repeat(np.linspace(-10.0, 10.0, 2001, dtype=np.float32)[:, None], units, axis=1)
    slopes = np.abs(Activated.of(function, tf.constant(grid)).slope().numpy())
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
            if reading.activated is not None:
                self.steepness[index] = steepest(reading.activated.function, reading.z.shape[-1])

    def measure(
        self, x: Any, y: Any, vectors: list[Any], before: list[Any], averages: Sequence[tuple[Any, Any]] = ()
    ) -> tuple[Any, Any]:
        """The packed quantities of a state of the network.

        Args:
            x: (N, D) probe rows.
            y: (N, K) their encoded targets.
            vectors: the G vectors of weights.
            before: the same before the last step.
            averages: values of variables that no gradient moves; the others are as they are.

        Returns:
            (Q, L) in the order of ``PER_LAYER``, and the norm of the whole gradient.
        """
        tap, pieces = Tap(), self.packing.unpack(vectors)
        # The gradient of a dense layer's bias is the sum of its delta, which is formed with other sums over the rows.
        biases = {id(layer.bias) for layer in self.network.kernels if layer.bias is not None}
        watched = [n for n, variable in enumerate(self.packing.variables) if id(variable) not in biases]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([pieces[n] for n in watched])
            with keras.StatelessScope(state_mapping=[*self.packing.mapping(pieces), *averages]):
                output = tap.run(self.network.nodes, x)
                loss = self.loss(y, output)
        sources = [*(pieces[n] for n in watched), *(reading.z for reading in tap.readings)]
        gradients = tape.gradient(loss, sources, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        by_variable = dict(zip(watched, gradients, strict=False))
        norms = self.squares(by_variable, vectors, before)
        bias, delta, spread, others = self.activity(tap.readings, gradients[len(watched) :])
        kernels = {n for group in self.packing.kernels for n in group}
        rest = [tf.reduce_sum(tf.square(gradient)) for n, gradient in by_variable.items() if n not in kernels]
        whole = tf.add_n([tf.reduce_sum(norms[0]), bias, *rest])
        # All roots at once: each is one of the operations that TensorFlow's bridge to XLA takes milliseconds for.
        roots = tf.sqrt(tf.concat([tf.reshape(norms, [-1]), delta, spread, whole[None]], 0))
        gradient, weight, old, change, delta, spread = tf.unstack(tf.reshape(roots[:-1], [6, -1]))
        sizes = np.asarray([np.sqrt(np.prod(layer.kernel.shape)) for layer in self.network.kernels], np.float32)
        mean, signal, saturated, dead = tf.unstack(others)
        packed = tf.stack(
            [gradient, gradient / sizes, delta, weight, change / (old + 1e-12), mean, spread, signal, saturated, dead]
        )
        return packed, roots[-1]

    def squares(self, gradients: Mapping[int, Any], vectors: list[Any], before: list[Any]) -> Any:
        """(4, L) the squared norm of each kernel's gradient, of the kernel, of what it was, and of its last change."""
        packing = self.packing
        parts = zip(packing.joined(gradients), packing.kernels_of(vectors), packing.kernels_of(before), strict=True)
        return packing.squares([tf.stack([g, w, old, w - old]) for g, w, old in parts])

    def slopes(self, readings: list[Reading]) -> Any:
        """(N, U) the size of each activation's slope over its steepest; NaN where the pre-activation is not finite."""
        slopes = [tf.ones_like(r.a) if r.activated is None else r.activated.slope() for r in readings]
        steepest = np.concatenate([np.full(r.a.shape[1], self.steepness.get(r.index, 1.0)) for r in readings])
        slope, z = tf.concat(slopes, 1) / steepest.astype(np.float32), tf.concat([r.z for r in readings], 1)
        return tf.where(is_finite(z), magnitude(slope), np.float32(np.nan))

    def activity(self, readings: list[Reading], deltas: list[Any]) -> tuple[Any, Any, Any, Any]:
        """Sums over rows and units.

        Returns:
            The squared norm of the gradient of all biases of kernel layers; (L,) mean square of delta, (L,) variance of
            activations, and (4, L) their mean, signal_std, saturated, dead.

        Means of squares are taken about the first row: a layer that answers nearly the same to every row has a spread
        far below the round-off of its squares.
        """
        a, s = tf.concat([r.a for r in readings], 1), self.slopes(readings)
        shifted, missing = a - a[:1], missing_of(s)
        delta = tf.concat(deltas, 1)
        of_rows = [
            delta,
            tf.square(delta),
            shifted,
            tf.square(shifted),
            tf.cast(s < SATURATED, tf.float32) + missing,
            tf.cast(s != 0.0, tf.float32) + missing,
        ]
        # One product with ones instead of six sums over the rows, each of which is compiled in three pieces.
        means = tf.matmul(tf.ones((1, a.shape[0])), tf.concat(of_rows, 1)) / a.shape[0]
        bias, delta, middle, square, saturated, alive = tf.unstack(tf.reshape(means, [6, a.shape[1]]))
        spread = tf.maximum(square - tf.square(middle), 0.0)
        dead = tf.cast(alive == 0.0, tf.float32) + missing_of(alive)
        of_units = tf.stack([delta, middle + a[0], spread, tf.sqrt(spread), saturated, dead])
        widths = [r.a.shape[1] for r in readings]
        size = np.asarray(widths, np.float32)
        delta, mean, within, signal, saturated, dead = tf.unstack(sums(of_units, widths) / size)
        distance = tf.square(of_units[1] - tf.gather(mean, np.repeat(np.arange(len(widths)), widths)))
        between = sums(distance[None], widths)[0] / size
        rows = [0.0 if r.layer.bias is None else float(a.shape[0]) for r in readings]
        bias = tf.reduce_sum(tf.square(bias * np.repeat(np.asarray(rows, np.float32), widths)))
        return bias, delta, within + between, tf.stack([mean, signal, saturated, dead])


def missing_of(x: Any) -> Any:
    """NaN where x is NaN, else 0."""
    return tf.where(is_nan(x), x, 0.0)
