"""Measures gradients, activations and weights of a network on its probe batch.

The probe only reads: it runs in inference mode, changes no variable and draws no random number. The definitions of
the quantities are in :mod:`models.quantities`; here they are computed: by TensorFlow whatever has a value for each row,
by NumPy the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models.engine.network.architecture import Network
from models.engine.probe.batched_states import States, is_softmax
from models.engine.probe.layer_outputs import Activated, LayerOutputs, Reading
from models.engine.step.fast_ops import crossentropy_by_units
from models.engine.step.packing import Packing

# Rows of the packed (R, Q, L) array, in this order.
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
Floats = NDArray[np.float64]


class Observed(NamedTuple):
    """What the probe rows yield in R states, as tensors, or as arrays.

    Attributes:
        gradients: (R, S) of the data loss, end to end, with respect to all variables but the biases of kernel layers.
        units: (R, 8, U) means over the rows, for each unit of the kernel layers: of delta, of its square, of the
            activation less that of the first row, of its square, whether it is saturated, whether it is alive, of the
            pre-activation, of the slope's size.
        first: (R, U) activations of the first row.
    """

    gradients: Any
    units: Any
    first: Any


class Recorded(NamedTuple):
    """What was measured of R states.

    Attributes:
        trace: (R, Q, L) float32; quantities as ``PER_LAYER``.
        norms: (R,) float32, the norm of the whole gradient.
    """

    trace: NDArray[np.float32]
    norms: NDArray[np.float32]

    def part(self, which: slice) -> Recorded:
        """What was measured of some of the states."""
        return Recorded(self.trace[which], self.norms[which])

    def without_updates(self) -> Recorded:
        """The same of states that no step has led to: nothing about updates exists."""
        trace = self.trace.copy()
        trace[:, PER_LAYER.index("update_ratio")] = np.nan
        return Recorded(trace, self.norms)


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
    """Measures states of one network: the same numbers for the same weights and rows.

    Attributes:
        network: what is measured.
        packing: its trainable variables in few vectors.
        loss: the Keras loss object: the data loss alone, without penalties.
    """

    network: Network
    packing: Packing
    loss: Any
    steepness: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find out which variables are kernels, which biases of kernel layers, and where each stands."""
        packing, layers = self.packing, self.network.kernels
        known = {id(variable): number for number, variable in enumerate(packing.variables)}
        # The gradient of a dense layer's bias is the sum of its delta, which is formed with other sums over the rows.
        biases = {id(layer.bias) for layer in layers}
        self.watched = [number for identity, number in known.items() if identity not in biases]
        self.widths = [layer.units for layer in layers]
        kernels = [known[id(layer.kernel)] for layer in layers]
        order = [number for group in packing.groups for number in group]
        self.of_watched, self.of_packed = ([packing.size(n) for n in numbers] for numbers in (self.watched, order))
        self.kernels = [self.watched.index(number) for number in kernels]
        self.packed = [order.index(number) for number in kernels]

    def calibrate(self, x: Any) -> None:
        """Find the steepest slope of each activation, once and eagerly; x is any (N, D) batch, an array or a tensor."""
        layers = LayerOutputs()
        layers.run(self.network.nodes, tf.convert_to_tensor(x))  # an activation that comes first watches it on a tape
        for index, reading in enumerate(layers.readings):
            if reading.activated is not None:
                self.steepness[index] = steepest(reading.activated.function, reading.z.shape[-1])

    def observe(self, x: Any, y: Any, vectors: Sequence[Any], averages: Sequence[tuple[Any, Any]]) -> Observed:
        """What is computed with the rows; traced, or as it stands.

        Args:
            x: (N, D) probe rows.
            y: (N, K) their encoded targets.
            vectors: the G vectors of weights in R states, each (R, …).
            averages: variables that no gradient moves, with their values (R, …).
        """
        rows = int(x.shape[0])
        pieces, states, given = self.states(x, vectors, averages)
        layers = LayerOutputs(states=states, last=self.network.nodes[-1])
        watched = [pieces[number] for number in self.watched]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(watched)
            output = layers.run(self.network.nodes, given)
            # The mean over a state's rows; states do not touch each other.
            loss = tf.reduce_sum(self.losses(states, y, output)) / rows
        sources = [*watched, *(reading.z for reading in layers.readings)]
        gradients = tape.gradient(loss, sources, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        flat = [tf.reshape(gradient, [given.shape[0], -1]) for gradient in gradients[: len(watched)]]
        units, first = self.activity(layers.readings, gradients[len(watched) :])
        return Observed(tf.concat(flat, 1), units, first)

    def outputs(self, x: Any, vectors: Sequence[Any], averages: Sequence[tuple[Any, Any]]) -> Any:
        """(R, N, K') the network's output for rows (N, D); the rest as of :meth:`observe`."""
        _, states, given = self.states(x, vectors, averages)
        return states.output(states.run(self.network.nodes, given))

    def states(
        self, x: Any, vectors: Sequence[Any], averages: Sequence[tuple[Any, Any]]
    ) -> tuple[list[Any], States, Any]:
        """The V variables of R states, the states with them, and the rows for each of these, (R, D, N)."""
        count = int(vectors[0].shape[0])
        pieces = self.packing.unpack(vectors, count)
        states = States([*self.packing.mapping(pieces), *averages])
        return pieces, states, tf.broadcast_to(tf.transpose(x), [count, *x.shape[::-1]])

    def losses(self, states: States, y: Any, output: Any) -> Any:
        """(R, N) each row's loss in each state.

        Args:
            states: what the network has computed in.
            y: (N, K) targets.
            output: (R, K', N) of the network.
        """
        logits = output if getattr(self.loss, "from_logits", False) else states.logits
        classes = isinstance(self.loss, keras.losses.CategoricalCrossentropy) and not self.loss.label_smoothing
        if classes and logits is not None:
            return crossentropy_by_units(tf.transpose(y), logits)
        count = int(output.shape[0])
        return self.loss.call(tf.broadcast_to(y, [count, *y.shape]), states.output(output))

    def activity(self, readings: list[Reading], deltas: list[Any]) -> tuple[Any, Any]:
        """``units`` and ``first`` of :class:`Observed`.

        Means of squares are taken about the first row: a layer that answers nearly the same to every row has a spread
        far below the round-off of its squares.
        """
        a, z = tf.concat([r.a for r in readings], 1), tf.concat([r.z for r in readings], 1)
        slopes = [self.relative_slope(reading) for reading in readings]
        slope, delta, first = tf.abs(tf.concat(slopes, 1)), tf.concat(deltas, 1), a[:, :, :1]
        shifted = a - first
        of_rows = [
            delta,
            tf.square(delta),
            shifted,
            tf.square(shifted),
            tf.cast(slope < SATURATED, tf.float32),
            tf.cast(slope != 0.0, tf.float32),
            z,
            slope,
        ]
        return tf.stack([tf.reduce_mean(values, 2) for values in of_rows], 1), tf.squeeze(first, 2)

    def relative_slope(self, reading: Reading) -> Any:
        """(R, n, N) the slope of a layer's activation, over its steepest."""
        if reading.activated is None:
            return tf.ones_like(reading.a)
        slope, steepest = reading.activated.slope(), self.steepness[reading.index]
        return slope if steepest == 1.0 else slope / steepest

    def summarize(
        self, observed: Observed, rows: int, weights: NDArray[np.float32], before: NDArray[np.float32]
    ) -> Recorded:
        """The quantities.

        Args:
            observed: of R states, as arrays.
            rows: N, of the probe batch.
            weights: (R, S) the G vectors of weights, end to end.
            before: (R, S) the same before the last step.
        """
        with np.errstate(all="ignore"):  # a training that diverges has such numbers
            squares = sums(np.square(observed.gradients, dtype=np.float64), self.of_watched)
            new, old = weights.astype(np.float64), before.astype(np.float64)
            past, weight, change = (
                np.sqrt(sums(np.square(values), self.of_packed)[:, self.packed]) for values in (old, new, new - old)
            )
            units = np.moveaxis(observed.units.astype(np.float64), 1, 0)
            delta, size, middle, square, saturated, alive, z, slope = units
            missing = np.where(np.isfinite(z) & ~np.isnan(slope), 0.0, np.nan)
            biases = [0.0 if layer.bias is None else float(rows) for layer in self.network.kernels]
            bias = np.square(delta * np.repeat(biases, self.widths)).sum(1)
            spread, mean = np.maximum(square - middle**2, 0.0), middle + observed.first
            average = self.over_units(mean)
            between = self.over_units((mean - np.repeat(average, self.widths, axis=1)) ** 2)
            gradient = np.sqrt(squares[:, self.kernels])
            trace = [
                gradient,
                gradient / np.sqrt([np.prod(layer.kernel.shape) for layer in self.network.kernels]),
                np.sqrt(self.over_units(size)),
                weight,
                change / (past + 1e-12),
                average,
                np.sqrt(self.over_units(spread) + between),
                self.over_units(np.sqrt(spread)),
                self.over_units(saturated + missing),
                self.over_units((alive == 0.0) + missing),
            ]
            norms = np.sqrt(squares.sum(1) + bias)
            return Recorded(np.stack(trace, 1).astype(np.float32), norms.astype(np.float32))

    def over_units(self, values: Floats) -> Floats:
        """(R, L) the mean over each layer's units of (R, U)."""
        return sums(values, self.widths) / np.asarray(self.widths, np.float64)


def sums(values: Floats, sizes: Sequence[int]) -> Floats:
    """(R, P) the sums over P neighbouring spans of columns of (R, C)."""
    found: Floats = np.add.reduceat(values, np.cumsum([0, *sizes[:-1]]), axis=1)
    return found
