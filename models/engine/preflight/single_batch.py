"""Tests whether a network can fit a single batch of sixteen rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models.diagnoses.thresholds import LIMITS
from models.engine.data.baseline import CROSS_ENTROPIES, constant_loss
from models.engine.data.rows import Rows
from models.engine.data.shuffles import permutations
from models.engine.instantiate import instantiate
from models.engine.step.fast_ops import is_finite
from models.engine.step.gradient_descent import GradientDescent
from models.engine.step.hyperparameters import tuned, values
from models.events import Array, SingleBatchFit
from models.non_finite import finite_or_none
from models.signature import link_of, scores_of
from models.specs.geometry import job_shape
from models.specs.job import TrainingJobSpec
from models.specs.losses import LossBase, MeanSquaredError
from models.specs.schedules import ScheduleBase

ROWS = 16
STEPS = 1000  # of the optimizer, at most
# Losses without a closed form whose best answers to plain numbers have a small squared error too.
LIKE_SQUARES = CROSS_ENTROPIES | {
    "binary_focal_crossentropy",
    "categorical_focal_crossentropy",
    "kl_divergence",
    "mape",
    "msle",
    "poisson",
}
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Goal:
    """Says when some rows count as fitted.

    Attributes:
        labels: (R,) class indices, or (R, K) values.
        encoded: (R, K) what the loss compares with.
        classifies: whether the targets are classes.
        constant: the loss of the best constant prediction; None where it has no closed form.
        measure: the loss that must fall to a small part of its best constant's: the spec's own, the squared error in
            its place, or None where the accuracy alone decides.
    """

    labels: NDArray[np.float64]
    encoded: Floats
    classifies: bool
    constant: float | None
    measure: LossBase | None

    @classmethod
    def of(cls, spec: TrainingJobSpec, labels: NDArray[np.float64], encoded: Floats) -> Goal:
        """The goal for some rows of a job."""
        loss, classifies = spec.training.loss, job_shape(spec).classes is not None
        constant = constant_loss(loss, labels, encoded) if plain(loss) else None
        measure = MeanSquaredError() if not classifies and loss.type in LIKE_SQUARES else None
        return cls(labels, encoded, classifies, constant, measure if constant is None else loss)

    @property
    def judged(self) -> bool:
        """Whether there is something to learn, and a way to tell whether it was learned."""
        return varied(self.encoded) and (self.classifies or self.measure is not None)

    @property
    def scale(self) -> float:
        """By what the measure is divided; infinite where the accuracy alone decides, NaN where nothing does."""
        if not self.judged:
            return np.nan
        return np.inf if self.measure is None else self.best(np.arange(len(self.labels)))

    def best(self, rows: NDArray[np.int64]) -> float:
        """The measure of the best constant prediction on some of the rows."""
        assert self.measure is not None
        found = constant_loss(self.measure, self.labels[rows], self.encoded[rows])
        assert found is not None
        return found

    def attainable(self, groups: list[NDArray[np.int64]]) -> bool:
        """Whether a network can reach it that must give every row of a group the same answer."""
        total = len(self.labels)
        if self.classifies:
            right = sum(np.unique(self.labels[group], return_counts=True)[1].max() for group in groups)
            if right < LIMITS.batch_accuracy * total:
                return False
        if not self.judged or self.measure is None:
            return True
        return sum(len(group) / total * self.best(group) for group in groups) <= LIMITS.batch_loss * self.scale


class SingleBatch:
    """The compiled steps on one batch, for all networks of one shape.

    Args:
        spec: the first of the jobs that they serve.
        descent: its network and optimizer.
    """

    def __init__(self, spec: TrainingJobSpec, descent: GradientDescent) -> None:
        self.descent = descent
        self.optimizer = spec.training.optimizer
        self.loss = spec.training.loss
        self.link = link_of(spec)
        self.weighted = spec.training.class_weight is not None
        self.compiled = tf.function(self.steps, jit_compile=True, autograph=False)

    def fit(self, spec: TrainingJobSpec, rows: Rows, labels: NDArray[np.float64]) -> SingleBatchFit:
        """Train the network, as it is, on the first rows of the job's first epoch.

        Every step is one of the training, with its penalties, weights of classes, clipping and noise. What is judged
        is the data loss of that step's own output.

        Args:
            spec: the job, of this shape.
            rows: its rows.
            labels: (N,) class indices, or (N, K) values, of the training rows.
        """
        chosen = first(spec, rows, labels)
        x, y = rows.x[chosen], rows.y[chosen]
        goal, groups = Goal.of(spec, labels[chosen], y), alike(x)
        rate = first_rate(spec.training.optimizer.learning_rate)
        steps, losses, left, accuracy, fitted = self.compiled(
            tf.constant(x),
            tf.constant(y),
            tf.constant(rows.weight[chosen]) if self.weighted else None,
            tf.constant(rate, tf.float32),
            tf.constant(values(spec.training.optimizer)),
            tf.constant(goal.scale, tf.float32),
            scores_of(spec).threshold,
            goal.classifies,
            goal.measure is not None and goal.measure.type != self.loss.type,
        )
        share = float(left)
        return SingleBatchFit(
            rows=len(chosen),
            conflicting=sum(len(group) for group in groups if varied(y[group])),
            attainable=goal.attainable(groups),
            rate=rate,
            losses=Array.of(losses.numpy()[: int(steps)]),
            constant_loss=goal.constant,
            left=None if goal.measure is None else finite_or_none(share),
            accuracy=float(accuracy) if goal.classifies else None,
            fitted=bool(fitted) if goal.judged else None,
        )

    def steps(
        self,
        x: Any,
        y: Any,
        weight: Any,
        rate: Any,
        numbers: Any,
        scale: Any,
        threshold: float | None,
        classifies: bool,
        squares: bool,
    ) -> tuple[Any, ...]:
        """What is compiled of :meth:`fit`.

        Args:
            x: (R, D) features; y: (R, K) targets; weight: (R,) or None.
            rate: the learning rate of every step.
            numbers: those of the optimizer.
            scale: what the measure is divided by.
            threshold: above which one unit means the second class.
            classifies: whether the output means a class; classes and values may share all shapes.
            squares: whether the measure is the squared error and not the loss.

        Returns:
            How many steps were made; (STEPS,) the loss of each; what is left of the measure, the accuracy, and whether
            the rows are fitted, by the last step's output.
        """

        def going(index: Any, losses: Any, left: Any, accuracy: Any, fitted: Any, finite: Any) -> Any:
            del losses, left, accuracy
            return (index < STEPS) & ~fitted & finite

        def step(index: Any, losses: Any, *_: Any) -> tuple[Any, ...]:
            _, output, _ = self.descent.step(x, y, weight, rate)
            loss = self.descent.mean_loss(y, output, None)
            measure = tf.reduce_mean(tf.square(self.prediction(output) - y)) if squares else loss
            accuracy = accuracy_of(threshold, y, output) if classifies else tf.constant(1.0)
            left, finite = measure / scale, is_finite(loss)
            fitted = finite & (left <= LIMITS.batch_loss) & (accuracy >= LIMITS.batch_accuracy)
            return index + 1, tf.tensor_scatter_nd_update(losses, [[index]], [loss]), left, accuracy, fitted, finite

        nothing = tf.constant(np.nan, tf.float32)
        start = (tf.constant(0), tf.zeros(STEPS), nothing, nothing, tf.constant(False), tf.constant(True))
        with tuned(self.optimizer, numbers, [self.descent.optimizer, self.descent.clipper]):
            *found, _ = tf.while_loop(going, step, start)
        return tuple(found)

    def prediction(self, output: Any) -> Any:
        """The output as a loss of probabilities reads it, where it is a logit; else as it is."""
        match self.link:
            case "sigmoid":
                return tf.sigmoid(output)
            case "softmax":
                return tf.nn.softmax(output)
            case _:
                return output


def accuracy_of(threshold: float | None, y: Any, output: Any) -> Any:
    """The share of rows whose class is right, read as predictions are."""
    if output.shape[1] > 1:
        answer = tf.cast(tf.argmax(output, axis=1), tf.float32)
    elif threshold is not None:
        answer = tf.cast(output[:, 0] > threshold, tf.float32)
    else:
        answer = tf.round(output[:, 0])
    truth = y[:, 0] if y.shape[1] == 1 else tf.cast(tf.argmax(y, axis=1), tf.float32)
    return tf.reduce_mean(tf.cast(answer == truth, tf.float32))


def first(spec: TrainingJobSpec, rows: Rows, labels: NDArray[np.float64]) -> NDArray[np.int32]:
    """(R,) the first rows of the first epoch's order, of those that count in the loss where any does."""
    order = permutations(spec, len(rows.x), 1, 1)[0]
    counts = rows.weight[order] > 0
    ignored = getattr(spec.training.loss, "ignore_class", None)
    if ignored is not None:
        counts &= labels[order] != ignored
    chosen: NDArray[np.int32] = order[counts] if counts.any() else order
    return chosen[:ROWS]


def first_rate(rate: float | ScheduleBase) -> float:
    """The rate of the first step; of a schedule that warms up, the rate to which it does."""
    if not isinstance(rate, ScheduleBase):
        return float(rate)
    target: float | None = getattr(rate, "warmup_target", None)
    return float(instantiate(rate)(0)) if target is None else float(target)


def plain(loss: LossBase) -> bool:
    """Whether a right answer of full certainty costs nothing, and every row counts."""
    return not getattr(loss, "label_smoothing", 0.0) and getattr(loss, "ignore_class", None) is None


def alike(x: Floats) -> list[NDArray[np.int64]]:
    """The rows in groups of equal features.

    Example:
        >>> [group.tolist() for group in alike(np.array([[1.0], [2.0], [1.0]], np.float32))]
        [[0, 2], [1]]
    """
    _, numbers = np.unique(x, axis=0, return_inverse=True)
    return [np.flatnonzero(numbers.reshape(-1) == number) for number in range(int(numbers.max()) + 1)]


def varied(encoded: Floats) -> bool:
    """Whether the targets (R, K) are not all the same."""
    return bool((encoded != encoded[0]).any())
