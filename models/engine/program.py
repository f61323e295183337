"""Whole chunks of epochs as one compiled program.

``model.fit`` spends the time of a small network in Python. Here an epoch is a loop inside one XLA program: the steps,
the measuring and the evaluation on the test rows, with Keras's own layers, losses, metrics and optimizer traced into
it. Rows, permutations, initial weights and a constant learning rate are inputs, so that one program serves every job
of the same shape.
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

from models.engine.instantiate import instantiate
from models.engine.network import Network, build
from models.engine.probe import PER_LAYER, Probe
from models.engine.rows import Rows
from models.specs.encoding import metric_columns
from models.specs.job import TrainingJobSpec

EVALUATION_ROWS = 4096  # rows that are evaluated at once: bounds the memory of an epoch's end
INDEX_BUDGET = 2**21  # permuted row numbers that one call may carry: 8 MiB
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

    Attributes:
        network: the network that is trained.
        optimizer: Keras's optimizer.
        columns: names of the history's columns, as Keras's History has them (without the learning rate).
        seconds: what tracing and compiling took, once.
    """

    def __init__(self, spec: TrainingJobSpec, rows: Rows) -> None:
        self.network: Network = build(spec, rows.x.shape[1])
        self.model = self.network.model
        self.optimizer = instantiate(spec.training.optimizer)
        self.loss = instantiate(spec.training.loss)
        metrics = [instantiate(metric, name=column) for column, metric in metric_columns(spec)]
        self.batch = min(spec.training.batch_size, rows.x.shape[0])
        self.steps = -(-rows.x.shape[0] // self.batch)
        self.last = rows.x.shape[0] - (self.steps - 1) * self.batch
        self.weighted = spec.training.class_weight is not None
        self.validated = rows.test_x.shape[0] > 0
        self.capacity = max(1, min(LONGEST_CHUNK, INDEX_BUDGET // rows.x.shape[0]))
        self.clips = any(
            getattr(self.optimizer, mode) is not None for mode in ("clipnorm", "clipvalue", "global_clipnorm")
        )
        self.mean_loss = keras.metrics.Mean(name="loss")
        self.probe = Probe(self.network, self.loss)
        self.seconds = {"trace": 0.0, "compile": 0.0}
        self.compiled: Any = None
        self.optimizer.build(self.model.trainable_variables)
        self.model.compile(optimizer=self.optimizer, loss=self.loss, metrics=metrics, jit_compile=False)
        # Metrics make their variables when they first see data; inside the program it would be too late.
        names = self.warm_up(rows.x[:2], rows.y[:2])
        self.columns = names + [f"val_{name}" for name in names] if self.validated else names
        self.names = names
        self.pristine = [tf.identity(variable.value) for variable in self.optimizer.variables]
        self.forward = tf.function(
            lambda x: self.model(x, training=False), input_signature=[tf.TensorSpec([None, rows.x.shape[1]])]
        )
        # Runs once a job: compiling it with XLA would cost more than it saves.
        self.measure = tf.function(self.probe.measure)
        self.assess = tf.function(
            self._assess,
            input_signature=[tf.TensorSpec([None, rows.x.shape[1]]), tf.TensorSpec([None, rows.y.shape[1]])],
        )

    def warm_up(self, x: Any, y: Any) -> list[str]:
        """Build losses, metrics and probe on two rows; the names of the history's columns for one split."""
        output = self.model(x)
        self.model.compute_loss(x=x, y=y, y_pred=output)
        results = self.model.compute_metrics(x, y, output)
        self.probe.calibrate(x)
        self.model.reset_metrics()
        return ["loss", *(name for name in results if name != "loss")]

    # --- a job's state ---------------------------------------------------------------------------------------

    @property
    def variables(self) -> Sequence[Any]:
        """Everything that decides how the training goes on: weights, random states, optimizer."""
        return [*self.model.variables, *self.optimizer.variables]

    def begin(self, spec: TrainingJobSpec) -> None:
        """Take the initial weights, the learning rate and a fresh optimizer for ``spec``."""
        fresh = build(spec, self.model.input_shape[1])
        for mine, new in zip(self.model.variables, fresh.model.variables, strict=True):
            mine.assign(new.value)
        for variable, value in zip(self.optimizer.variables, self.pristine, strict=True):
            variable.assign(value)
        rate = spec.training.optimizer.learning_rate
        if isinstance(rate, int | float):
            self.optimizer.learning_rate = rate

    def state(self) -> list[Any]:
        """A copy of the state, for :meth:`restore`."""
        return [tf.identity(variable.value) for variable in self.variables]

    def restore(self, state: Sequence[Any]) -> None:
        """Go back to a state."""
        for variable, value in zip(self.variables, state, strict=True):
            variable.assign(value)

    def finish(self) -> None:
        """What Keras does at the end of ``fit``: put averaged weights in place, where the optimizer keeps them."""
        self.optimizer.finalize_variable_values(self.model.trainable_variables)

    def learning_rates(self, done: int, count: int) -> NDArray[np.float64]:
        """(E,) the learning rate of the last step of each of ``count`` epochs after the first ``done``."""
        schedule = self.optimizer._learning_rate  # noqa: SLF001 - the public property gives its value now alone
        if not isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule):
            return np.full(count, float(schedule.value), np.float64)
        steps = np.arange(done + 1, done + count + 1) * self.steps - 1
        return np.asarray([float(schedule(tf.constant(step, tf.float32))) for step in steps], np.float64)

    # --- running ---------------------------------------------------------------------------------------------

    def run(self, rows: Rows, permutations: NDArray[np.int32], first: int, every: int) -> Chunk:
        """Train for some epochs.

        Args:
            rows: the job's rows.
            permutations: (E, N) the order of the training rows in each epoch; E at most ``capacity``.
            first: number of the first of these epochs, counted from 1.
            every: epochs from one row of the trace to the next.
        """
        count = len(permutations)
        padded = np.zeros((self.capacity, permutations.shape[1]), np.int32)
        padded[:count] = permutations
        inputs = (rows, tf.constant(padded), *(tf.constant(value, tf.int32) for value in (count, first, every)))
        if self.compiled is None:
            self.compile(inputs)
        history, trace, overall = self.compiled(*inputs)
        return Chunk(history.numpy()[:count], trace.numpy()[:count], overall.numpy()[:count])

    def compile(self, inputs: tuple[Any, ...]) -> None:
        """Trace the program, then have XLA compile it by running no epoch at all."""
        start = perf_counter()
        function = tf.function(self._epochs, jit_compile=True)
        rows, permutations, _, first, every = inputs
        function.get_concrete_function(*inputs)
        traced = perf_counter()
        function(rows, permutations, tf.constant(0), first, every)
        self.seconds = {"trace": traced - start, "compile": perf_counter() - traced}
        self.compiled = function

    def untrained(self, rows: Rows) -> tuple[NDArray[np.float32], float]:
        """The trace's row (Q, L) of the network as it is, and the norm of its whole gradient."""
        missing = tf.fill([len(self.network.kernels)], np.float32(np.nan))
        packed, norm = self.measure(rows.probe_x, rows.probe_y, missing)
        return packed.numpy(), float(norm)

    def outputs(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """(N, K) the network's output in inference mode."""
        blocks = [self.forward(x[at : at + EVALUATION_ROWS]).numpy() for at in range(0, len(x), EVALUATION_ROWS)]
        return np.concatenate(blocks)

    def evaluate(self, x: NDArray[np.float32], y: NDArray[np.float32]) -> dict[str, float]:
        """Loss and metrics in inference mode, as ``model.evaluate`` names them."""
        self._reset()
        for at in range(0, len(x), EVALUATION_ROWS):
            self.assess(x[at : at + EVALUATION_ROWS], y[at : at + EVALUATION_ROWS])
        return dict(zip(self.names, map(float, self._results()), strict=True))

    # --- what is compiled ------------------------------------------------------------------------------------

    def _epochs(self, rows: Rows, permutations: Any, count: Any, first: Any, every: Any) -> tuple[Any, Any, Any]:
        layers = len(self.network.kernels)
        history = tf.TensorArray(tf.float32, self.capacity, element_shape=(len(self.columns),))
        trace = tf.TensorArray(tf.float32, self.capacity, element_shape=(len(PER_LAYER), layers))
        overall = tf.TensorArray(tf.float32, self.capacity, element_shape=(3,))

        def epoch(index: Any, history: Any, trace: Any, overall: Any) -> tuple[Any, Any, Any, Any]:
            metrics, ratios, clipping = self._epoch(rows, permutations[index])

            def measured() -> tuple[Any, Any]:
                packed, norm = self.probe.measure(rows.probe_x, rows.probe_y, ratios)
                return packed, tf.stack([norm, clipping[0], clipping[1]])

            row, whole = tf.cond(
                (first + index) % every == 0,
                measured,
                lambda: (tf.zeros((len(PER_LAYER), layers)), tf.zeros((3,))),
            )
            return index + 1, history.write(index, metrics), trace.write(index, row), overall.write(index, whole)

        _, history, trace, overall = tf.while_loop(
            lambda index, *_: index < count, epoch, [tf.constant(0), history, trace, overall]
        )
        return history.stack(), trace.stack(), overall.stack()

    def _epoch(self, rows: Rows, order: Any) -> tuple[Any, Any, Any]:
        """One epoch: its metrics (H,), the last step's update ratios (L,), and share and scale of clipping (2,)."""
        self._reset()

        def step(index: Any, clipping: Any) -> tuple[Any, Any]:
            batch = tf.slice(order, [index * self.batch], [self.batch])
            return index + 1, clipping + self._step(rows, batch)

        _, clipping = tf.while_loop(lambda index, _: index < self.steps - 1, step, [tf.constant(0), tf.zeros(2)])
        # The last batch may be shorter; it is also the step whose update is measured.
        before = [tf.identity(layer.kernel.value) for layer in self.network.kernels]
        clipping += self._step(rows, order[(self.steps - 1) * self.batch :])
        ratios = [
            tf.norm(layer.kernel.value - old) / (tf.norm(old) + 1e-12)
            for layer, old in zip(self.network.kernels, before, strict=True)
        ]
        metrics = self._results()
        if self.validated:
            self._reset()
            self._validate(rows)
            metrics = tf.concat([metrics, self._results()], 0)
        return metrics, tf.stack(ratios), clipping / self.steps

    def _step(self, rows: Rows, batch: Any) -> Any:
        """One optimizer step; whether it was clipped (0 or 1) and by what factor its gradient shrank."""
        x, y = tf.gather(rows.x, batch), tf.gather(rows.y, batch)
        weight = tf.gather(rows.weight, batch) if self.weighted else None
        with tf.GradientTape() as tape:
            output = self.model(x, training=True)
            loss = self.model.compute_loss(x=x, y=y, y_pred=output, sample_weight=weight)
        gradients = tape.gradient(loss, self.model.trainable_variables)
        self.optimizer.apply(gradients, self.model.trainable_variables)
        self.mean_loss.update_state(loss, sample_weight=tf.cast(tf.shape(x)[0], tf.float32))
        self.model.compute_metrics(x, y, output)
        if not self.clips:
            return tf.constant([0.0, 1.0])
        clipped = self.optimizer._clip_gradients(gradients)  # noqa: SLF001 - what Keras really does to them
        norm, after = tf.linalg.global_norm(gradients), tf.linalg.global_norm(clipped)
        # A factor this close to one is the round-off of multiplying by it.
        changed = tf.reduce_any(
            [tf.reduce_any(tf.abs(a - b) > 1e-6 * tf.abs(a)) for a, b in zip(gradients, clipped, strict=True)]
        )
        scale = tf.where(norm == 0.0, 1.0, after / norm)
        return tf.stack([tf.cast(changed, tf.float32), scale])

    def _validate(self, rows: Rows) -> None:
        """Account for all test rows in the metrics, a block at a time."""
        total = rows.test_x.shape[0]
        whole, rest = divmod(total, EVALUATION_ROWS)

        def block(index: Any) -> Any:
            at = index * EVALUATION_ROWS
            self._assess(
                tf.slice(rows.test_x, [at, 0], [EVALUATION_ROWS, -1]),
                tf.slice(rows.test_y, [at, 0], [EVALUATION_ROWS, -1]),
            )
            return index + 1

        if whole:
            tf.while_loop(lambda index: index < whole, block, [tf.constant(0)])
        if rest:
            self._assess(rows.test_x[total - rest :], rows.test_y[total - rest :])

    def _assess(self, x: Any, y: Any) -> None:
        """Account for some rows in the metrics, in inference mode."""
        output = self.model(x, training=False)
        loss = self.model.compute_loss(x=x, y=y, y_pred=output, training=False)
        self.mean_loss.update_state(loss, sample_weight=tf.cast(tf.shape(x)[0], tf.float32))
        self.model.compute_metrics(x, y, output)

    def _reset(self) -> None:
        self.mean_loss.reset_state()
        self.model.reset_metrics()

    def _results(self) -> Any:
        results = self.model.get_metrics_result()
        values = [self.mean_loss.result(), *(results[name] for name in self.names[1:])]
        return tf.stack([tf.reduce_mean(tf.cast(value, tf.float32)) for value in values])
