"""Every component of the unions trains as in plain Keras: same weights, same history.

Both compute in float32 but add in another order: equal means equal up to round-off, a relative 1e-3 after nine steps.
Signs make an exception of Lion: where a momentum is nearly zero, round-off decides where the step goes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.engine.data.dataset import load
from models.engine.data.rows import choose_probe, select
from models.engine.data.shuffles import permutations
from models.engine.training import Trainer
from models.specs.activations import ActivationBase
from models.specs.check import parse
from models.specs.constraints import ConstraintBase
from models.specs.initializers import InitializerBase
from models.specs.layers import LayerBase
from models.specs.losses import LossBase
from models.specs.metrics import MetricBase
from models.specs.optimizers import CLIP_MODES, OptimizerBase
from models.specs.regularizers import RegularizerBase
from models.specs.schedules import ScheduleBase
from models.specs.spec import Component, concrete
from tests.models.engine import plain

pytestmark = pytest.mark.slow
EPOCHS = 3


def names(family: type[Component]) -> list[str]:
    """The types of a family."""
    return [member.type_name() for member in concrete(family)]


def document(layers: list[Any], *, regression: bool = False, classes: int = 2, **training: Any) -> dict[str, Any]:
    """A job on 40 rows, of which three batches of 16 make an epoch, the last of them short."""
    blobs = {"type": "blobs", "n_samples": 60, "centers": classes, "random_state": 3, "n_features": 3}
    linear = {"type": "linear", "n_samples": 60, "n_features": 3, "noise": 0.1, "random_state": 3, "bias": 3.0}
    return {
        "data": {
            "source": linear if regression else blobs,
            "scaler": "standard",
            "split": {"type": "head", "train_size": 40},
        },
        "architecture": {"layers": layers},
        "training": {
            "epochs": EPOCHS,
            "batch_size": 16,
            "optimizer": {"type": "sgd", "learning_rate": 0.05},
            **training,
        },
        "seed": 5,
    }


def dense(units: int, **more: Any) -> dict[str, Any]:
    """A dense layer."""
    return {"type": "dense", "units": units, **more}


BINARY = [dense(4, activation="tanh"), dense(1, activation="sigmoid")]


def check(
    trainer: Trainer, spec_document: dict[str, Any], *, rtol: float = 1e-3, atol: float = 2e-5, probed: bool = False
) -> bool:
    """Train both ways and compare; whether a program that was there already served the job."""
    spec = parse(spec_document)
    dataset = load(spec)
    rows = select(spec, dataset, choose_probe(spec, dataset.train_rows))
    program, known = trainer.program(spec, rows)
    program.begin(spec)
    chunk = program.run(rows, permutations(spec, len(rows.x), 1, EPOCHS), 1)
    if probed:
        assert program.read(rows, chunk.snapshots[[EPOCHS - 1]]).trace.shape[0] == 1
    program.finish()
    model, expected = plain.train(spec, rows, eager=True)
    np.testing.assert_allclose(plain.flat_weights(program.model), plain.flat_weights(model), rtol=rtol, atol=atol)
    assert set(program.columns) == set(expected)
    for column, metric in enumerate(program.columns):
        np.testing.assert_allclose(chunk.history[:, column], expected[metric], rtol=1e-3, atol=1e-4, err_msg=metric)
    return known


@pytest.mark.parametrize("mode", [None, *CLIP_MODES])
@pytest.mark.parametrize("optimizer", names(OptimizerBase))
def test_optimizers(optimizer: str, mode: str | None) -> None:
    """With each way of clipping; other numbers and schedules are served by the same program.

    Clipping comes before the optimizer, and is compiled with one of them.
    """
    trainer, clip = Trainer(jit=mode is None or optimizer == "sgd"), {} if mode is None else {mode: 0.05}
    atol = 2e-3 if optimizer == "lion" else 2e-5
    first = {"type": optimizer, "learning_rate": 0.02, **clip}
    spec = document(BINARY, loss="binary_crossentropy", metrics=["accuracy"], optimizer=first)
    assert not check(trainer, spec, atol=atol)
    decay = {name: 0.7 for name in ("beta_1", "rho") if name in OPTIMIZERS[optimizer].model_fields}
    again = first | {"learning_rate": 0.01} | dict.fromkeys(clip, 0.02) | decay
    assert check(trainer, spec | {"seed": 6, "training": spec["training"] | {"optimizer": again}}, atol=atol)
    if mode is not None:
        return
    for schedule in SCHEDULES:
        scheduled = first | {"learning_rate": schedule}
        assert check(trainer, spec | {"training": spec["training"] | {"optimizer": scheduled}}, atol=atol), schedule


OPTIMIZERS = {member.type_name(): member for member in concrete(OptimizerBase)}
SCHEDULES: list[dict[str, Any]] = [
    {"type": "exponential_decay", "initial_learning_rate": 0.05, "decay_steps": 4, "decay_rate": 0.5},
    {
        "type": "exponential_decay",
        "initial_learning_rate": 0.05,
        "decay_steps": 4,
        "decay_rate": 0.5,
        "staircase": True,
    },
    {"type": "cosine_decay", "initial_learning_rate": 0.01, "decay_steps": 6, "warmup_target": 0.05, "warmup_steps": 3},
    {"type": "piecewise_constant_decay", "boundaries": [2, 5], "values": [0.05, 0.02, 0.01]},
    {"type": "polynomial_decay", "initial_learning_rate": 0.05, "decay_steps": 4, "cycle": True},
    {"type": "inverse_time_decay", "initial_learning_rate": 0.05, "decay_steps": 4, "decay_rate": 0.5},
]


def test_every_schedule_is_tried() -> None:
    assert {schedule["type"] for schedule in SCHEDULES} == set(names(ScheduleBase))


@pytest.mark.parametrize(
    "more",
    [
        {"type": "sgd", "momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
        {"type": "rmsprop", "momentum": 0.5, "centered": True},
        {"type": "adam", "amsgrad": True, "use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 2},
        {"type": "adagrad", "initial_accumulator_value": 0.5, "epsilon": 0.01},
    ],
    ids=lambda more: more["type"],
)
def test_optimizers_with_all_that_they_can(more: dict[str, Any]) -> None:
    check(Trainer(jit=True), document(BINARY, loss="binary_crossentropy", optimizer={"learning_rate": 0.02, **more}))


OUTPUTS: dict[str, tuple[list[Any], dict[str, Any]]] = {
    "binary": (BINARY, {}),
    "one_hot": ([dense(4, activation="tanh"), dense(3, activation="softmax")], {"classes": 3}),
    "values": ([dense(4, activation="tanh"), dense(1, activation="softplus")], {"regression": True}),
}


def fitting(loss: type[LossBase]) -> str:
    """An output that the loss can compare."""
    name = loss.type_name()
    if loss.target_form in {"one_hot", "index"}:
        return "one_hot"
    return "binary" if name.startswith("binary") or "hinge" in name or name == "kl_divergence" else "values"


@pytest.mark.parametrize("loss", list(concrete(LossBase)), ids=lambda loss: loss.type_name())
def test_losses(loss: type[LossBase]) -> None:
    layers, more = OUTPUTS[fitting(loss)]
    check(Trainer(jit=True), document(layers, loss=loss.type_name(), **more))


METRICS: dict[str, list[str]] = {
    "binary": [
        "accuracy",
        "binary_accuracy",
        "auc",
        "precision",
        "recall",
        "binary_crossentropy",
        "hinge",
        "squared_hinge",
    ],
    "one_hot": [
        "categorical_accuracy",
        "f1",
        "top_k",
        "categorical_crossentropy",
        "kl_divergence",
        "categorical_hinge",
    ],
    "values": [
        "mse",
        "mae",
        "rmse",
        "mape",
        "msle",
        "r2",
        "cosine_similarity",
        "log_cosh",
        "poisson",
    ],
}
LOSS = {"binary": "binary_crossentropy", "one_hot": "categorical_crossentropy", "values": "mse"}


@pytest.mark.parametrize("kind", METRICS)
def test_metrics(kind: str) -> None:
    layers, more = OUTPUTS[kind]
    check(Trainer(jit=True), document(layers, loss=LOSS[kind], metrics=METRICS[kind], class_weight=None, **more))


def test_metrics_on_class_numbers() -> None:
    layers, more = OUTPUTS["one_hot"]
    check(Trainer(jit=True), document(layers, loss="sparse_categorical_crossentropy", metrics=SPARSE, **more))


SPARSE = ["sparse_categorical_accuracy", "sparse_top_k", "sparse_categorical_crossentropy"]


def test_every_metric_is_tried() -> None:
    assert {*SPARSE, *(name for tried in METRICS.values() for name in tried)} == set(names(MetricBase))


def halves(items: list[str]) -> list[list[str]]:
    """A list in pieces of seven: one network each."""
    return [items[at : at + 7] for at in range(0, len(items), 7)]


# Where a function jumps, round-off decides on which side a row lies: these come first, where there is least of it.
JUMPING = {"threshold", "hard_shrink"}
ACTIVATIONS = sorted(names(ActivationBase), key=lambda name: name not in JUMPING)


@pytest.mark.parametrize("some", halves(ACTIVATIONS), ids=lambda some: some[0])
def test_activations(some: list[str]) -> None:
    given = {"threshold": {"type": "threshold", "threshold": 0.1, "default_value": 0.0}}
    # Beside a skip, where a function that answers nearly nothing leaves more than round-off to the next.
    hidden = [{"type": "residual", "layers": [dense(4, activation=given.get(name, name))]} for name in some]
    layers = [dense(4, activation="tanh"), *hidden, dense(1)]
    check(Trainer(jit=True), document(layers, regression=True, loss="mse"), probed=True)


@pytest.mark.parametrize("some", halves(names(InitializerBase)), ids=lambda some: some[0])
def test_initializers(some: list[str]) -> None:
    given = {"constant": {"type": "constant", "value": 0.1}}
    hidden = [dense(3, activation="tanh", kernel_initializer=given.get(name, name)) for name in some]
    check(Trainer(jit=True), document([*hidden, dense(1)], regression=True, loss="mse"))


def test_regularizers_and_constraints() -> None:
    kinds = zip(names(RegularizerBase), names(ConstraintBase), strict=False)
    hidden = [
        dense(4, activation="tanh", kernel_regularizer=regularizer, kernel_constraint=constraint, bias_regularizer="l2")
        for regularizer, constraint in kinds
    ]
    assert len(hidden) == len(names(RegularizerBase)) == len(names(ConstraintBase))
    check(Trainer(jit=True), document([*hidden, dense(1)], regression=True, loss="mse"))


# Their random numbers are another generator's under XLA: test_parity compares them with ``fit``, which uses XLA.
CHANCE = {"dropout", "alpha_dropout", "gaussian_noise", "gaussian_dropout"}


def test_layers() -> None:
    inner = {"type": "residual", "layers": [dense(4, activation="relu"), "layer_normalization"]}
    given = {"activation": {"type": "activation", "activation": "gelu"}, "residual": inner}
    kinds = [name for name in names(LayerBase) if name not in CHANCE | {"dense", "softmax"}]
    hidden = [part for name in kinds for part in (dense(4), given.get(name, name))]
    check(Trainer(jit=True), document([*hidden, dense(1)], regression=True, loss="mse"), probed=True)


def test_numbers_of_the_activity_are_penalised_by_row() -> None:
    hidden = dense(4, activation="tanh", activity_regularizer={"type": "l2", "l2": 0.1})
    check(Trainer(jit=True), document([hidden, dense(1)], regression=True, loss="mse"))
