"""Whole chunks of epochs as one compiled program.

``model.fit`` spends the time of a small network in Python. Here an epoch is a loop inside one XLA program: the steps,
the measuring and the evaluation on the test rows, with Keras's own layers, losses, metrics and optimizer traced into
it. Rows, orders, initial weights, learning rates and the optimizer's numbers are inputs, so that one program serves
every job of the same shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models.engine.batches import Batches
from models.engine.descent import Descent, unclipped, variables_of
from models.engine.epoch import EVALUATION_ROWS, Epoch
from models.engine.feeding import Feeding
from models.engine.flatbuffer import Exporter
from models.engine.instantiate import instantiate
from models.engine.metering import Metering
from models.engine.network import Network, build, renew, run
from models.engine.probe import Probe
from models.engine.rates import Rates
from models.engine.rows import Rows
from models.engine.tunable import values
from models.specs.encoding import metric_columns
from models.specs.job import TrainingJobSpec

ORDER_BUDGET = 2**21  # row numbers that one call may carry: 8 MiB
LONGEST_CHUNK = 512  # epochs


@dataclass(frozen=True)
class Chunk:
    """What a run of E epochs recorded.

    Attributes:
        history: (E, H) float32; columns as ``Program.columns``.
        trace: (E, Q, L) float32; rows as ``probe.PER_LAYER``; zeros where an epoch was not recorded.
        overall: (E, G) float32; columns as ``probe.OVERALL``.
    """

    history: NDArray[np.float32]
    trace: NDArray[np.float32]
    overall: NDArray[np.float32]


class Program:
    """One compiled training program and the Keras objects whose variables it moves.

    Args:
        spec: the first of the jobs that it serves.
        rows: that job's rows.
        jit: whether XLA compiles it; without, TensorFlow runs the same operations one by one.

    Attributes:
        network: the network that is trained; its variables hold the trained weights after :meth:`finish`.
        capacity: the most epochs of one run.
        columns: names of the history's columns, as Keras's History has them (without the learning rate).
        seconds: what tracing and compiling took, once.
    """

    def __init__(self, spec: TrainingJobSpec, rows: Rows, *, jit: bool = True) -> None:
        self.spec = spec
        self.jit = jit
        self.network: Network = build(spec, rows.x.shape[1])
        self.model = self.network.model
        self.descent = Descent(spec, self.network)
        self.packing = self.descent.packing
        self.batches = Batches.of(self.network, rows, spec.training.batch_size)
        self.capacity = 1 if rows.large else max(1, min(LONGEST_CHUNK, ORDER_BUDGET // self.batches.length))
        sample = run(self.network.nodes, rows.x[:2], training=False)
        named = [(column, instantiate(metric, name=column)) for column, metric in metric_columns(spec)]
        self.metering = Metering(named, rows.y[:2], sample)
        self.names = ["loss", *self.metering.names]
        self.validated = rows.test_x.shape[0] > 0
        self.columns = [*self.names, *(f"val_{name}" for name in self.names)] if self.validated else self.names
        self.probe = Probe(self.network, self.packing, self.descent.loss)
        self.probe.calibrate(rows.x[:2])
        self.epoch = Epoch(
            self.descent,
            self.metering,
            self.probe,
            self.batches,
            spec.training.optimizer,
            weighted=spec.training.class_weight is not None or self.batches.fills,
            validated=self.validated,
            capacity=self.capacity,
            width=sample.shape[1],
        )
        self.rates = Rates(spec.training.optimizer.learning_rate, self.batches.steps)
        self.seconds = {"trace": 0.0, "compile": 0.0}
        self.compiled: Any = None
        self.feeding = Feeding(self.epoch, jit=jit) if rows.large else None
        self.fresh = True
        self.forward = tf.function(
            self.infer,
            input_signature=[tf.TensorSpec([None, rows.x.shape[1]])],
            autograph=False,
        )
        self.exporter = Exporter(self.network, rows.x.shape[1])

    # --- a job's state ---------------------------------------------------------------------------------------

    @property
    def variables(self) -> Sequence[Any]:
        """Everything that decides how the training goes on: weights, running averages, random states, optimizer."""
        return [*self.packing.vectors, *self.network.moving, *variables_of(self.descent.optimizer)]

    def begin(self, spec: TrainingJobSpec) -> None:
        """Take the initial weights, the numbers and a fresh optimizer for ``spec``, which has this program's shape."""
        self.spec = spec
        self.rates = Rates(spec.training.optimizer.learning_rate, self.batches.steps)
        if self.fresh:
            self.fresh = False  # all is as it was made
            return
        renew(self.network, spec)
        self.packing.gather()
        optimizer = instantiate(unclipped(spec.training.optimizer))
        optimizer.build(self.packing.vectors)
        mine = variables_of(self.descent.optimizer)
        for variable, new in zip(mine, variables_of(optimizer), strict=True):
            variable.assign(new.value)

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

    def untrained(self, rows: Rows) -> Chunk:
        """What there is to record of the network as it is: epoch 0, in which no step is made."""
        return self.run(rows, np.zeros((1, rows.x.shape[0]), np.int32), 0, 1)

    def run(self, rows: Rows, permutations: NDArray[np.int32], first: int, every: int) -> Chunk:
        """Train for some epochs.

        Args:
            rows: the job's rows.
            permutations: (E, N) the order of the training rows in each epoch; E at most ``capacity``.
            first: number of the first of these epochs; epoch 0 measures, and trains nothing.
            every: epochs from one row of the trace to the next.
        """
        count = len(permutations)
        rates = self.rates.table(first, count)
        numbers = tf.constant(values(self.spec.training.optimizer))
        if self.feeding is not None:
            recorded = self.feeding.run(rows, permutations[0], rates[0], numbers, first, every)
        else:
            orders = np.zeros((self.capacity, self.batches.length), np.int32)
            orders[:count] = self.batches.fill(permutations)
            padded = np.zeros((self.capacity, self.batches.steps), np.float32)
            padded[:count] = rates
            whole = (tf.constant(value, tf.int32) for value in (count, first, every))
            recorded = self.call((*rows.resident, tf.constant(orders), tf.constant(padded), numbers, *whole))
        return Chunk(*(np.asarray(array)[:count] for array in recorded))

    def call(self, inputs: tuple[Any, ...]) -> Any:
        """Run the compiled program; the first time, trace and compile it."""
        if self.compiled is not None:
            return self.compiled(*inputs)
        start = perf_counter()
        self.compiled = tf.function(self.epoch.chunk, jit_compile=self.jit, autograph=False)
        self.compiled.get_concrete_function(*inputs)
        traced = perf_counter()
        result = self.compiled(*inputs)
        self.seconds = {"trace": traced - start, "compile": perf_counter() - traced}
        return result

    def infer(self, x: Any) -> Any:
        """(N, K) the network's output in inference mode, with the values of the vectors."""
        with keras.StatelessScope(state_mapping=self.packing.mapping(self.packing.unpack(self.packing.values()))):
            return run(self.network.nodes, x, training=False)

    def outputs(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """(N, K) the network's output in inference mode."""
        blocks = [self.forward(x[at : at + EVALUATION_ROWS]).numpy() for at in range(0, len(x), EVALUATION_ROWS)]
        return np.concatenate(blocks)

    def evaluate(self, x: NDArray[np.float32], y: NDArray[np.float32]) -> dict[str, float]:
        """Loss and metrics in inference mode, as ``model.evaluate`` names them."""
        return dict(zip(self.names, map(float, self.epoch.validate(x, y)), strict=True))
