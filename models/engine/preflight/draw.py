"""Measures one random draw of an untrained network, before and after a few steps, in compiled functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models.engine.data.rows import Rows
from models.engine.network.architecture import Skip, build, flat
from models.engine.preflight.budget import Budget
from models.engine.preflight.curvature import differentiable, jacobian, sharpness
from models.engine.preflight.single_batch import SingleBatch
from models.engine.probe.layer_outputs import LayerOutputs
from models.engine.probe.probe import Probe
from models.engine.probe.trace import Trace
from models.engine.step.fast_ops import is_nan, magnitude
from models.engine.step.gradient_descent import GradientDescent
from models.engine.step.hyperparameters import tuned, values
from models.engine.step.loop_fusion import fusion_barrier
from models.engine.step.snapshots import Snapshots
from models.specs.job import TrainingJobSpec

JACOBIAN_ROWS = 64
JACOBIAN_OUTPUTS = 32  # units of the output layer beyond which their Jacobian is not measured
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Reading:
    """What is measured of one network at one moment.

    Attributes:
        state: (W,) a snapshot, for the probe.
        largest: (L,) the greatest |z| of each layer with a kernel; infinite where one is not a number.
        loss: the data loss on the probe rows.
        hidden: (P, n) activated output of the last hidden layer; without one, the features.
        output: (P, K) the network's output.
        jacobian: (R, K, D) ∂z_L/∂x of some rows; K is 0 where it is not measured.
        sharpness: λ_max; NaN where it is not measured.
    """

    state: Floats
    largest: Floats
    loss: Floats
    hidden: Floats
    output: Floats
    jacobian: Floats
    sharpness: Floats


class Draw:
    """The compiled functions for all networks of one shape.

    Args:
        spec: the first of the jobs that they serve.
        rows: that job's rows.
        budget: what is measured.

    Attributes:
        curved: whether the sharpness is measured.
        single_batch: the steps on one batch, which the network of :meth:`begin` makes.
        trace: reads states.
    """

    def __init__(self, spec: TrainingJobSpec, rows: Rows, budget: Budget) -> None:
        self.weighted = spec.training.class_weight is not None
        self.optimizer = spec.training.optimizer
        self.network = build(spec, rows.x.shape[1])
        self.descent = GradientDescent(spec, self.network)
        probe = Probe(self.network, self.descent.packing, self.descent.loss)
        probe.calibrate(rows.x[:2])
        self.snapshots = Snapshots(self.network, self.descent.packing)
        self.trace = Trace(probe, self.snapshots, rows.probe_x.shape[0])
        self.normalizations = [
            layer for layer in flat(self.network.nodes) if isinstance(layer, keras.layers.BatchNormalization)
        ]
        self.curved = budget.curvature and differentiable(self.descent, rows.x[:2], rows.y[:2])
        units = self.network.kernels[-1].units
        self.outputs = units if units <= JACOBIAN_OUTPUTS else 0
        self.single_batch = SingleBatch(spec, self.descent)
        self.compiled_look = tf.function(self.look, jit_compile=True, autograph=False)
        self.compiled_steps = tf.function(self.steps, jit_compile=True, autograph=False)

    def begin(self, spec: TrainingJobSpec) -> None:
        """Draw the network of a spec's seed, with an optimizer that has made no step."""
        self.descent.begin(spec)

    def read(self, x: Any, y: Any, start: list[Any]) -> Reading:
        """Measure the network as it is.

        Args:
            x: (P, D) probe rows.
            y: (P, K) their targets.
            start: G directions in which the power method begins.
        """
        return Reading(*(part.numpy() for part in self.compiled_look(x, y, start)))

    def warm_up(self, spec: TrainingJobSpec, batches: Any, rates: Any) -> None:
        """Make one optimizer step on each batch.

        Args:
            spec: the job, for the optimizer's numbers.
            batches: (S, B, D + K + 1) rows as ``Rows.laid_out`` gives them.
            rates: (S,) the learning rate of each step.
        """
        self.compiled_steps(batches, rates, tf.constant(values(spec.training.optimizer)))

    def look(self, x: Any, y: Any, start: list[Any]) -> tuple[Any, ...]:
        """What is compiled of :meth:`read`."""
        packing = self.descent.packing
        self.settle(self.network.nodes, x)
        vectors = packing.values()
        layers = LayerOutputs(compiled=True)
        with keras.StatelessScope(state_mapping=packing.mapping(packing.unpack(vectors))):
            output = layers.run(self.network.nodes, x)
            loss = self.descent.mean_loss(y, output, None)
        # XLA's maximum passes over what is not a number.
        sizes = [tf.where(is_nan(reading.z), np.float32(np.inf), magnitude(reading.z)) for reading in layers.readings]
        largest = tf.stack([tf.reduce_max(size) for size in sizes])
        hidden = layers.readings[-2].a if len(layers.readings) > 1 else x
        sharp = sharpness(self.descent, x, y, start) if self.curved else tf.constant(np.nan, tf.float32)
        return (
            self.snapshots.take(vectors),
            largest,
            loss,
            hidden,
            output,
            jacobian(self.descent, x[:: -(-x.shape[0] // JACOBIAN_ROWS)], self.outputs),
            sharp,
        )

    def steps(self, batches: Any, rates: Any, numbers: Any) -> None:
        """What is compiled of :meth:`warm_up`."""
        features, targets = self.network.model.input_shape[1], batches.shape[2] - 1
        barrier = self.descent.unfused(int(batches.shape[1]))

        def step(index: Any) -> tuple[Any]:
            rate = tf.gather(rates, fusion_barrier(index) if barrier else index)
            rows = batches[index]
            weight = rows[:, targets] if self.weighted else None
            self.descent.step(rows[:, :features], rows[:, features:targets], weight, rate)
            return (index + 1,)

        with tuned(self.optimizer, numbers, [self.descent.optimizer, self.descent.clipper]):
            tf.while_loop(lambda index: index < batches.shape[0], step, [tf.constant(0)])

    def settle(self, nodes: Any, x: Any) -> Any:
        """Give each batch normalization the statistics of these rows, which are those that it has while it trains.

        Its running averages begin at 0 and 1 and need hundreds of steps. The steps themselves do not read them.
        """
        mapping = self.descent.packing.mapping(self.descent.packing.unpack(self.descent.packing.values()))
        with keras.StatelessScope(state_mapping=mapping) as scope:
            self.follow(nodes, x, scope)
        for layer in self.normalizations:
            for variable in (layer.moving_mean, layer.moving_variance):
                variable.assign(scope.get_current_value(variable))

    def follow(self, nodes: Any, x: Any, scope: Any) -> Any:
        """The output of ``nodes``, with the statistics of what reaches each normalization put into the scope."""
        for node in nodes:
            if isinstance(node, Skip):
                x = node.add([x, self.follow(node.inner, x, scope)])
                continue
            if isinstance(node, keras.layers.BatchNormalization):
                mean, variance = tf.nn.moments(x, 0)
                scope.add_update((node.moving_mean, mean))
                scope.add_update((node.moving_variance, variance))
            x = node(x, training=False)
        return x
