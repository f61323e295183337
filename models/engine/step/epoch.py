"""Traces an epoch for compilation: its steps, its metrics, and a snapshot of the state that it leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from models.engine.data.batches import Batches
from models.engine.step.gradient_descent import GradientDescent
from models.engine.step.hyperparameters import tuned
from models.engine.step.loop_fusion import VALIDATION, fusion_barrier, unfused
from models.engine.step.metric_state import State, StatelessMetrics
from models.engine.step.snapshots import Snapshots
from models.specs.optimizers import OptimizerBase

EVALUATION_ROWS = 4096  # rows that are evaluated at once: bounds the memory of an epoch's end


@dataclass
class Steps:
    """What some steps have computed.

    Attributes:
        losses: (S,) each batch's loss before its step.
        outputs: (rows, K') the network's outputs in training mode, in the order of the rows.
        clipping: (2,) sums over the steps: clipped or not, the factor.
        before: the G vectors before the last step.
    """

    losses: Any
    outputs: Any
    clipping: Any
    before: list[Any]


@dataclass
class Epoch:
    """An epoch of one network's training; its methods are traced for XLA, or run operation by operation.

    Attributes:
        descent: makes the steps.
        metrics: the job's metrics.
        snapshots: of the states that the epochs leave.
        batches: how the training rows are cut.
        optimizer: the spec whose numbers are inputs.
        weighted: whether rows have weights.
        validated: whether there are test rows to evaluate after each epoch.
        capacity: the most epochs of one call.
        width: K', the network's outputs.
    """

    descent: GradientDescent
    metrics: StatelessMetrics
    snapshots: Snapshots
    batches: Batches
    optimizer: OptimizerBase
    weighted: bool
    validated: bool
    capacity: int
    width: int

    def chunk(
        self,
        table: Any,
        test_x: Any,
        test_y: Any,
        orders: Any,
        rates: Any,
        numbers: Any,
        count: Any,
    ) -> Any:
        """``count`` epochs on the rows of a table.

        Args:
            table: (N, D + K + 1) as ``Rows.table``.
            test_x: (M, D) and test_y (M, K) test rows.
            orders: (capacity, length) row numbers in the order in which each epoch reads them.
            rates: (capacity, S) the learning rate of each step.
            numbers: (T,) float64, the optimizer's numbers.
            count: how many of the epochs are made.

        Returns:
            (capacity, H + 2 + W), a row for each epoch: its history; the share of its steps whose gradient was clipped,
            and the mean factor by which its norm shrank; the snapshot behind it.
        """
        columns = (2 if self.validated else 1) * (1 + len(self.metrics.names))
        barrier = self.validated and unfused(self.descent.network, int(test_x.shape[0]), VALIDATION)
        records = tf.TensorArray(tf.float32, self.capacity, element_shape=(columns + 2 + self.snapshots.width,))

        def epoch(index: Any, records: Any) -> tuple[Any, Any]:
            rows = tf.gather(table, tf.gather(orders, index))
            made = self.steps(rows, tf.gather(rates, index))
            metrics = self.summary(rows, made)
            if self.validated:
                loss, *others = self.validate(test_x, test_y)
                metrics += [fusion_barrier(loss) if barrier else loss, *others]
            clipping = made.clipping / self.batches.steps
            record = tf.concat([tf.stack(metrics), clipping, self.snapshots.take(made.before)], 0)
            return index + 1, records.write(index, record)

        with self.inputs(numbers):
            _, records = tf.while_loop(lambda index, *_: index < count, epoch, [tf.constant(0), records])
        return records.stack()

    def block(self, rows: Any, rates: Any, numbers: Any, *state: Any) -> tuple[Any, ...]:
        """Some steps of an epoch whose rows do not fit at once.

        Args:
            rows: (R, D + K + 1) rows of the table, in the epoch's order.
            rates: (S,) the rate of each step on them.
            numbers: (T,) float64, the optimizer's numbers.
            state: of the metrics, before these rows.

        Returns:
            Their losses (S,), the sums over clipping (2,), the G vectors before the last step, and the metrics' state.
        """
        with self.inputs(numbers):
            made = self.steps(rows, rates)
        _, y, _ = self.cut(rows)
        return made.losses, made.clipping, *made.before, *self.account(list(state), y, made.outputs)

    def inputs(self, numbers: Any) -> Any:
        """A block in which the optimizer's numbers are inputs."""
        return tuned(self.optimizer, numbers, [self.descent.optimizer, self.descent.clipper])

    def steps(self, rows: Any, rates: Any) -> Steps:
        """One step on each batch of ``rows``.

        Args:
            rows: (R, D + K + 1) in the order in which they are read.
            rates: (S,) the rate of each step.
        """
        batches, keeps, size = self.batches, bool(self.metrics.objects), self.batches.size
        alike, rest = divmod(rows.shape[0], size)
        # A slice that begins at a number from a tensor would be cut out of a copy with a margin as large as itself.
        table = tf.reshape(first(rows, alike * size), [alike, size, rows.shape[1]])
        outputs = tf.TensorArray(tf.float32, alike, element_shape=(size, self.width))
        losses = tf.TensorArray(tf.float32, alike, element_shape=())
        shares = tf.constant(batches.shares.reshape(alike, size)) if batches.fills else None
        packing = self.descent.packing
        barrier = self.descent.unfused(size)

        def step(
            index: Any, losses: Any, outputs: Any, clipping: Any, _before: Any
        ) -> tuple[Any, Any, Any, Any, list[Any]]:
            before = packing.values()
            x, y, weight = self.cut(tf.gather(table, index))
            if shares is not None:
                weight = weight * tf.gather(shares, index)
            loss, output, clipped = self.descent.step(x, y, weight, tf.gather(rates, index))
            outputs = outputs.write(index, output) if keeps else outputs
            loss = fusion_barrier(loss) if barrier else loss
            return index + 1, losses.write(index, loss), outputs, clipping + clipped, before

        clipping, before = tf.zeros(2), packing.values()
        if alike:
            start = [tf.constant(0), losses, outputs, clipping, before]
            _, losses, outputs, clipping, before = tf.while_loop(lambda index, *_: index < alike, step, start)
        made = Steps(losses.stack(), tf.reshape(outputs.stack(), [-1, self.width]), clipping, before)
        if not rest:
            return made
        before = packing.values()
        x, y, weight = self.cut(rows[alike * size :])
        loss, output, clipped = self.descent.step(x, y, weight, rates[alike])
        return Steps(
            tf.concat([made.losses, loss[None]], 0), tf.concat([made.outputs, output], 0), clipping + clipped, before
        )

    def summary(self, rows: Any, made: Steps) -> list[Any]:
        """Loss and metrics of an epoch's training rows, as ``fit`` averages them over its batches."""
        metrics = [tf.reduce_sum(made.losses * self.batches.sizes) / self.batches.rows]
        if self.metrics.objects:
            count = self.batches.rows  # without those that fill the last batch
            _, y, _ = self.cut(first(rows, count))
            state = self.account(self.metrics.zero(), y, first(made.outputs, count))
            metrics += self.metrics.results(state)
        return metrics

    def cut(self, rows: Any) -> tuple[Any, Any, Any]:
        """Features, targets and weights (None where all count alike) of rows of the table."""
        features, columns = self.descent.network.model.input_shape[1], rows.shape[1]
        x, y, weight = tf.split(rows, [features, columns - features - 1, 1], 1)
        return x, y, tf.squeeze(weight, 1) if self.weighted else None

    def account(self, state: State, y: Any, output: Any) -> State:
        """The state of the metrics after more rows, taken a block at a time."""
        if not self.metrics.objects:
            return state
        whole, rest = divmod(y.shape[0], EVALUATION_ROWS)

        if whole:
            targets, outputs = blocks(y, whole), blocks(output, whole)

            def block(index: Any, *state: Any) -> tuple[Any, ...]:
                update = self.metrics.update(list(state), tf.gather(targets, index), tf.gather(outputs, index))
                return index + 1, *update

            _, *state = tf.while_loop(lambda index, *_: index < whole, block, [tf.constant(0), *state])
        if rest:
            state = self.metrics.update(state, last(y, rest), last(output, rest))
        return state

    def validate(self, x: Any, y: Any) -> list[Any]:
        """Loss and metrics of rows in inference mode."""
        return self.average(self.descent.assess, x, y)

    def judge(self, outputs: Any, y: Any) -> list[Any]:
        """The same from the network's outputs, where no penalty sees the rows; the network has its weights."""
        return self.average(lambda output, targets: (self.descent.loss_of(targets, output, None), output), outputs, y)

    def average(self, assess: Callable[[Any, Any], tuple[Any, Any]], x: Any, y: Any) -> list[Any]:
        """Loss and metrics of rows, a block at a time; ``assess`` gives the loss and the outputs of a block."""
        x, y = tf.convert_to_tensor(x), tf.convert_to_tensor(y)  # once, not for each block
        total = x.shape[0]
        whole, rest = divmod(total, EVALUATION_ROWS)

        summed, state = tf.zeros(()), self.metrics.zero()
        if whole:
            given, wanted = blocks(x, whole), blocks(y, whole)

            def block(index: Any, summed: Any, *state: Any) -> tuple[Any, ...]:
                targets = tf.gather(wanted, index)
                loss, output = assess(tf.gather(given, index), targets)
                return index + 1, summed + loss * EVALUATION_ROWS, *self.metrics.update(list(state), targets, output)

            start = [tf.constant(0), summed, *state]
            _, summed, *state = tf.while_loop(lambda index, *_: index < whole, block, start)
        if rest:
            targets = last(y, rest)
            loss, output = assess(last(x, rest), targets)
            summed += loss * rest
            state = self.metrics.update(state, targets, output)
        return [summed / total, *self.metrics.results(state)]


def blocks(rows: Any, count: int) -> Any:
    """(count, EVALUATION_ROWS, …) the first blocks of some rows."""
    return tf.reshape(first(rows, count * EVALUATION_ROWS), [count, EVALUATION_ROWS, rows.shape[1]])


def first(rows: Any, count: int) -> Any:
    """The first ``count`` of some rows; where those are all, nothing is traced."""
    return rows if rows.shape[0] == count else rows[:count]


def last(rows: Any, count: int) -> Any:
    """The last ``count`` of some rows; where those are all, nothing is traced."""
    return rows if rows.shape[0] == count else rows[-count:]
