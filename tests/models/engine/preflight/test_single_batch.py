"""One batch, trained on until it is fitted: as plain Keras trains it."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.engine.data.dataset import load
from models.engine.data.rows import Rows, choose_probe, select
from models.engine.data.shuffles import permutations
from models.engine.instantiate import instantiate
from models.engine.network.architecture import build
from models.engine.preflight.budget import Budget
from models.engine.preflight.draw import Draw
from models.engine.preflight.single_batch import ROWS, STEPS, Goal, alike, first, first_rate
from models.events import SingleBatchFit
from models.specs.check import parse, read_stored
from models.specs.job import TrainingJobSpec
from models.specs.schedules import CosineDecay, ExponentialDecay
from tests.models.engine.documents import circles, with_layers

SIGMOID = {"type": "dense", "units": 1, "activation": "sigmoid"}
HIDDEN = {"type": "dense", "units": 8, "activation": "relu"}
ADAM = {"type": "adam", "learning_rate": 0.01}


def inline(features: list[Any], targets: list[Any]) -> dict[str, Any]:
    """A table inside the spec."""
    return {"source": {"type": "inline", "features": features, "targets": targets}, "split": None, "scaler": None}


def read(spec: TrainingJobSpec) -> tuple[Rows, Any]:
    """The job's rows, and the labels of the training rows."""
    dataset = load(spec)
    rows = select(spec, dataset, choose_probe(spec, dataset.train_rows))
    return rows, dataset.targets.labels[: dataset.train_rows]


def fitted(spec: TrainingJobSpec) -> SingleBatchFit:
    """What comes of the network of the spec's own seed."""
    rows, labels = read(spec)
    draw = Draw(spec, rows, Budget(seeds=1, rows=4, curvature=False))
    draw.begin(spec)
    return draw.single_batch.fit(spec, rows, labels)


@pytest.mark.slow
def test_its_steps_are_those_of_plain_keras_with_noise_penalties_and_weights() -> None:
    layers = [
        HIDDEN | {"kernel_regularizer": {"type": "l2", "l2": 0.1}},
        {"type": "batch_normalization"},
        {"type": "dropout", "rate": 0.4},
        SIGMOID,
    ]
    rate = {"type": "exponential_decay", "initial_learning_rate": 0.02, "decay_steps": 5, "decay_rate": 0.5}
    clipped = {"type": "adam", "learning_rate": rate, "global_clipnorm": 0.3}
    spec = parse(with_layers(circles(optimizer=clipped, class_weight={"0": 1.0, "1": 3.0}), *layers))
    fit = fitted(spec)
    rows, _ = read(spec)
    order = permutations(spec, len(rows.x), 1, 1)[0][:ROWS]
    x, y, weight = (tf.constant(part[order]) for part in (rows.x, rows.y, rows.weight))
    model = build(spec, 2).model
    optimizer, loss_of = keras.optimizers.Adam(0.02, global_clipnorm=0.3), instantiate(spec.training.loss)
    optimizer.build(model.trainable_variables)

    def step() -> Any:
        with tf.GradientTape() as tape:
            output = model(x, training=True)
            total = loss_of(y, output, sample_weight=weight) + tf.add_n(model.losses)
        optimizer.apply(tape.gradient(total, model.trainable_variables), model.trainable_variables)
        return loss_of(y, output)

    # Without XLA random numbers come from another generator.
    compiled = tf.function(step, jit_compile=True, autograph=False)
    expected = [float(compiled()) for _ in range(min(25, len(fit.losses.numpy())))]
    assert len(expected) > 10
    np.testing.assert_allclose(fit.losses.numpy()[: len(expected)], expected, rtol=1e-3)
    assert (fit.rows, fit.conflicting, fit.attainable) == (ROWS, 0, True)
    assert fit.rate == pytest.approx(0.02)


@pytest.mark.slow
def test_values_are_judged_by_their_own_loss() -> None:
    x = np.linspace(-1, 1, 12)
    data = inline(x[:, None].tolist(), np.sin(3 * x).tolist())
    document = with_layers(circles(loss="huber", metrics=[], optimizer=ADAM), HIDDEN, {"type": "dense", "units": 1})
    fit = fitted(parse(document | {"data": data}))
    assert (fit.rows, fit.fitted, fit.accuracy) == (12, True, None)
    assert fit.left is not None
    assert fit.left <= 0.05
    losses = fit.losses.numpy()
    assert 1 < len(losses) < STEPS
    assert fit.constant_loss is not None
    assert losses[-1] == pytest.approx(fit.left * fit.constant_loss, rel=1e-3)


@pytest.mark.slow
def test_what_no_network_can_fit_and_what_is_not_finite_end_unfitted() -> None:
    features = [[0.0], [0.0], [0.5], [0.5], [1.0], [1.5]]
    document = with_layers(circles(loss="mse", metrics=[], optimizer={"type": "sgd", "learning_rate": 1e4}), HIDDEN)
    document["architecture"]["layers"].append({"type": "dense", "units": 1})
    fit = fitted(parse(document | {"data": inline(features, [0.25, 1.5, 0.5, 0.5, 1.25, 0.75])}))
    assert (fit.conflicting, fit.attainable, fit.fitted, fit.left) == (2, False, False, None)
    losses = fit.losses.numpy()
    assert len(losses) < STEPS
    assert np.isfinite(losses[:-1]).all()
    assert not np.isfinite(losses[-1])


class TestGoal:
    def of(self, targets: list[Any], loss: Any, units: int = 1, **output: Any) -> Goal:
        """The goal for all rows of a table with these targets."""
        head = {"type": "dense", "units": units, **output}
        spec = read_stored(with_layers(circles(loss=loss, metrics=[]), head) | {"data": self.table(targets)})
        rows, labels = read(spec)
        return Goal.of(spec, labels, rows.y)

    def table(self, targets: list[Any]) -> dict[str, Any]:
        return inline([[float(number)] for number in range(len(targets))], targets)

    def test_classes_have_the_entropy_as_their_scale(self) -> None:
        goal = self.of([0, 1, 1, 1], "binary_crossentropy", activation="sigmoid")
        assert goal.judged
        assert goal.scale == goal.constant == pytest.approx(-0.25 * np.log(0.25) - 0.75 * np.log(0.75))

    @pytest.mark.parametrize("loss", [{"type": "binary_crossentropy", "label_smoothing": 0.1}, "hinge"])
    def test_where_the_best_loss_is_not_known_the_accuracy_decides(self, loss: Any) -> None:
        goal = self.of([0, 1, 1, 1], loss, activation="sigmoid")
        assert (goal.judged, goal.constant, goal.scale) == (True, None, np.inf)

    def test_values_have_the_variance(self) -> None:
        goal = self.of([0.5, 1.5, 2.5, 3.5], "poisson", activation="softplus")
        assert goal.judged
        assert goal.constant is None
        assert goal.measure is not None
        assert goal.measure.type == "mse"
        assert goal.scale == pytest.approx(1.25)

    @pytest.mark.parametrize(("targets", "loss"), [([0.5, 1.5], "cosine_similarity"), ([0.5, 0.5], "mse")])
    def test_some_cannot_be_judged(self, targets: list[float], loss: str) -> None:
        goal = self.of(targets, loss)
        assert not goal.judged
        assert np.isnan(goal.scale)
        assert goal.attainable(alike(np.zeros((2, 1), np.float32)))

    def test_rows_that_no_network_can_tell_apart(self) -> None:
        goal = self.of([0, 1] * 8, "binary_crossentropy", activation="sigmoid")
        x = np.arange(16, dtype=np.float32)[:, None]
        assert goal.attainable(alike(x))
        x[2] = x[0]  # of the same class
        assert goal.attainable(alike(x))
        x[1] = x[0]
        assert not goal.attainable(alike(x))

    def test_values_that_hardly_differ_can_still_be_fitted(self) -> None:
        goal = self.of([0.5, 0.625, 8.5, 9.5], "mse")
        assert goal.attainable(alike(np.array([[0], [0], [1], [2]], np.float32)))
        assert not goal.attainable(alike(np.array([[0], [1], [0], [2]], np.float32)))


def test_rows_that_do_not_count_are_passed_over() -> None:
    table = inline([[float(number)] for number in range(40)], [0, 1] * 20)
    document = with_layers(circles(class_weight={"0": 1.0, "1": 0.0}), SIGMOID) | {"data": table}
    rows, labels = read(parse(document))
    assert labels[first(parse(document), rows, labels)].tolist() == [0] * ROWS
    plain = parse(with_layers(circles(), SIGMOID) | {"data": table})
    rows, labels = read(plain)
    assert first(plain, rows, labels).tolist() == permutations(plain, 40, 1, 1)[0][:ROWS].tolist()


def test_the_rate_is_the_first_one_or_that_of_the_warm_up() -> None:
    assert first_rate(0.5) == 0.5
    assert first_rate(ExponentialDecay(initial_learning_rate=0.25, decay_steps=5, decay_rate=0.5)) == 0.25
    assert (
        first_rate(CosineDecay(initial_learning_rate=0.0, decay_steps=5, warmup_target=0.125, warmup_steps=3)) == 0.125
    )
