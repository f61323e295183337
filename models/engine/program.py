"""Compiles whole chunks of epochs into one XLA program, and runs it.

``model.fit`` spends the time of a small network in Python. Here an epoch is a loop inside one XLA program: the steps
and the evaluation on the test rows, with Keras's own layers, losses, metrics and optimizer traced into it. Rows,
orders, initial weights, learning rates and the optimizer's numbers are inputs, so that one program serves every job of
the same shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models.engine.data.batches import Batches
from models.engine.data.rows import Rows
from models.engine.export.keras_file import KerasFile
from models.engine.export.litert import Exporter
from models.engine.instantiate import instantiate
from models.engine.network.architecture import Network, build, flat
from models.engine.network.initial_weights import take_initializers
from models.engine.probe.probe import Probe, Recorded
from models.engine.probe.trace import Trace
from models.engine.step.epoch import EVALUATION_ROWS, Epoch
from models.engine.step.fast_ops import logits_of, of_probabilities
from models.engine.step.forward import run
from models.engine.step.gradient_descent import GradientDescent, variables_of
from models.engine.step.hyperparameters import values
from models.engine.step.learning_rates import LearningRates
from models.engine.step.metric_state import StatelessMetrics
from models.engine.step.snapshots import Snapshots
from models.engine.step.streaming import Streaming
from models.specs.encoding import metric_columns
from models.specs.job import TrainingJobSpec

ORDER_BUDGET = 2**21  # row numbers that one call may carry: 8 MiB
SNAPSHOT_BUDGET = 2**20  # numbers of the snapshots that one call may leave: 4 MiB
LONGEST_CHUNK = 512  # epochs
Values = list[tuple[Any, Any]]  # variables with their values


@dataclass(frozen=True)
class Chunk:
    """What a run of E epochs has computed.

    Attributes:
        history: (E, H) float32; columns as ``Program.columns``.
        clipping: (E, 2) float32: share of the steps whose gradient was clipped, mean factor by which its norm shrank.
        snapshots: (E, W) of the states after the epochs, for :meth:`Program.read`.
    """

    history: NDArray[np.float32]
    clipping: NDArray[np.float32]
    snapshots: NDArray[np.float32]


class Program:
    """The compiled programs of a training and the Keras objects whose variables they move.

    Args:
        spec: the first of the jobs that it serves.
        rows: that job's rows.
        jit: whether XLA compiles it; without, TensorFlow runs the same operations one by one.

    Attributes:
        network: the network that is trained; its variables hold the trained weights after :meth:`finish`.
        capacity: the most epochs of one run.
        columns: names of the history's columns, as Keras's History has them (without the learning rate).
        pace: seconds of an epoch when it was last trained; None before.
    """

    def __init__(self, spec: TrainingJobSpec, rows: Rows, *, jit: bool = True) -> None:
        self.spec = spec
        self.jit = jit
        self.network: Network = build(spec, rows.x.shape[1])
        self.model = self.network.model
        self.descent = GradientDescent(spec, self.network, jit=jit)
        self.packing = self.descent.packing
        self.batches = Batches.of(rows, spec.training.batch_size, rowwise=self.network.rowwise)
        sample = run(self.network.nodes, rows.x[:2], training=False)
        named = [(column, instantiate(metric, name=column)) for column, metric in metric_columns(spec)]
        if logits_of(sample, from_logits=False) is not None:
            named = [(column, of_probabilities(metric)) for column, metric in named]
        self.metrics = StatelessMetrics(named, rows.y[:2], sample)
        self.names = ["loss", *self.metrics.names]
        self.validated = rows.test_x.shape[0] > 0
        self.columns = [*self.names, *(f"val_{name}" for name in self.names)] if self.validated else self.names
        self.snapshots = Snapshots(self.network, self.packing)
        probe = Probe(self.network, self.packing, self.descent.loss)
        self.trace = Trace(probe, self.snapshots, rows.probe_x.shape[0])
        bounds = (LONGEST_CHUNK, ORDER_BUDGET // self.batches.length, SNAPSHOT_BUDGET // self.snapshots.width)
        self.capacity = 1 if rows.large else max(1, min(bounds))
        self.epoch = Epoch(
            self.descent,
            self.metrics,
            self.snapshots,
            self.batches,
            spec.training.optimizer,
            weighted=spec.training.class_weight is not None or self.batches.fills,
            validated=self.validated,
            capacity=self.capacity,
            width=sample.shape[1],
        )
        self.rates = LearningRates(spec.training.optimizer.learning_rate, self.batches.steps)
        self.epochs = tf.function(self.epoch.chunk, jit_compile=jit, autograph=False)
        self.streaming = Streaming(self.epoch, jit=jit) if rows.large else None
        self.pace: float | None = None
        self.fresh = True
        self.keras_file = KerasFile(self.descent)
        self.exporter = Exporter(self.network, rows.x.shape[1])

    # --- a job's state ---------------------------------------------------------------------------------------

    @property
    def variables(self) -> Sequence[Any]:
        """Everything that decides how the training goes on: weights, running averages, random states, optimizer."""
        return [*self.packing.vectors, *self.network.moving, *variables_of(self.descent.optimizer)]

    def begin(self, spec: TrainingJobSpec) -> None:
        """Take the initial weights, the numbers and a fresh optimizer for ``spec``, which has this program's shape."""
        before, self.spec = self.spec, spec
        self.rates = LearningRates(spec.training.optimizer.learning_rate, self.batches.steps)
        if self.fresh:
            self.fresh = False  # all is as it was made
            return
        if spec.architecture != before.architecture:
            take_initializers(self.network, spec)
        self.descent.begin(spec)

    def state(self) -> list[Any]:
        """A copy of the state, for :meth:`restore`."""
        return [tf.identity(variable.value) for variable in self.variables]

    def restore(self, state: Sequence[Any]) -> None:
        """Go back to a state."""
        for variable, value in zip(self.variables, state, strict=True):
            variable.assign(value)

    def finish(self) -> None:
        """Do what Keras does at the end of ``fit``, and give the network its weights.

        Where the optimizer keeps averaged weights, they take the place of the last ones.
        """
        self.descent.optimizer.finalize_variable_values(self.packing.vectors)
        self.packing.scatter()

    # --- running ---------------------------------------------------------------------------------------------

    def trace_epochs(self, rows: Rows) -> None:
        """Trace the epochs, where they are one program."""
        if self.streaming is None:
            self.epochs.get_concrete_function(*self.inputs(rows, np.zeros((0, rows.x.shape[0]), np.int32), 1))

    def compile_epochs(self, rows: Rows) -> None:
        """Compile them: a run of no epoch.

        Until it is over TensorFlow keeps the variables to itself.
        """
        if self.streaming is None:
            self.epochs(*self.inputs(rows, np.zeros((0, rows.x.shape[0]), np.int32), 1))

    def inputs(self, rows: Rows, permutations: NDArray[np.int32], first: int) -> tuple[Any, ...]:
        """The arguments of ``Epoch.chunk``."""
        count = len(permutations)
        orders = np.zeros((self.capacity, self.batches.length), np.int32)
        orders[:count] = self.batches.fill(permutations)
        rates = np.zeros((self.capacity, self.batches.steps), np.float32)
        if count:
            rates[:count] = self.rates.table(first, count)
        numbers = values(self.spec.training.optimizer)
        return (*rows.resident, *map(tf.constant, (orders, rates, numbers)), tf.constant(count, tf.int32))

    def run(self, rows: Rows, permutations: NDArray[np.int32], first: int) -> Chunk:
        """Train for some epochs.

        Args:
            rows: the job's rows.
            permutations: (E, N) the order of the training rows in each epoch; E at most ``capacity``.
            first: number of the first of these epochs, from 1.
        """
        count = len(permutations)
        if self.streaming is not None:
            rates = self.rates.table(first, count)
            numbers = tf.constant(values(self.spec.training.optimizer))
            return Chunk(*map(np.asarray, self.streaming.run(rows, permutations[0], rates[0], numbers)))
        records = np.asarray(self.epochs(*self.inputs(rows, permutations, first)))[:count]
        return Chunk(*np.split(records, [len(self.columns), len(self.columns) + 2], axis=1))

    def read(self, rows: Rows, snapshots: NDArray[np.float32], first: int = 0) -> Recorded:
        """What the probe says of some states.

        Args:
            rows: the job's rows.
            snapshots: (R, W) of a :class:`Chunk`, or of :meth:`snapshot`.
            first: the number of the first of them, among all that are read of the job.
        """
        return self.trace.read(rows.probe_x, rows.probe_y, snapshots, first)

    def snapshot(self) -> NDArray[np.float32]:
        """(1, W): the network as it is, without a step behind it."""
        return np.asarray(self.snapshots.take(self.packing.values()))[None]

    def untrained(self, rows: Rows, snapshot: NDArray[np.float32]) -> Recorded:
        """What the probe says of a :meth:`snapshot`."""
        return self.read(rows, snapshot).without_updates()

    def values(self) -> Values:
        """What each of the network's variables is, or would be after :meth:`finish`; they may be trained meanwhile."""
        moving = [(variable, tf.convert_to_tensor(variable.value)) for variable in self.network.moving]
        return [*self.packing.mapping(self.packing.unpack(self.packing.values())), *moving]

    def outputs(self, x: NDArray[np.float32], values: Values) -> NDArray[np.float32]:
        """(N, K) the network's output in inference mode, with these values of its variables."""
        blocks = [x[at : at + EVALUATION_ROWS] for at in range(0, len(x), EVALUATION_ROWS)]
        with keras.StatelessScope(state_mapping=values):
            return np.concatenate([run(self.network.nodes, tf.constant(b), training=False).numpy() for b in blocks])

    def evaluate(
        self, x: NDArray[np.float32], y: NDArray[np.float32], outputs: NDArray[np.float32]
    ) -> dict[str, float]:
        """Loss and metrics in inference mode, as ``model.evaluate`` names them, after :meth:`finish`.

        Args:
            x: (N, D) rows; y: (N, K) their targets.
            outputs: (N, K') of :meth:`outputs` for these rows.
        """
        penalized = any(getattr(layer, "activity_regularizer", None) for layer in flat(self.network.nodes))
        values = self.epoch.validate(x, y) if penalized else self.epoch.judge(outputs, y)
        return dict(zip(self.names, map(float, values), strict=True))
