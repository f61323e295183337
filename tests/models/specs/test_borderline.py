"""What is refused could not train, and what is accepted does, by Keras and scikit-learn themselves."""

from __future__ import annotations

import importlib
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from models.diagnoses.spec_check import check_spec
from models.specs.check import parse
from models.specs.encoding import encoding, metric_columns
from models.specs.geometry import job_shape
from models.specs.job import TrainingJobSpec
from models.specs.losses import LossBase
from models.specs.metrics import MetricBase
from models.specs.spec import Component, concrete
from tests.models.specs.documents import changed, circles, inline, small

ROWS = 12
SOURCES: dict[str, Any] = {
    "circles": "circles",
    "iris": "iris",
    "diabetes": "diabetes",
    "two targets": {"type": "regression", "n_targets": 2},
}
CLASSES = {"circles": 2, "iris": 3}
VALUES = {"diabetes": 1, "two targets": 2}
LOSSES = list(concrete(LossBase))
METRICS = list(concrete(MetricBase))

# Keras trains these by accident of arithmetic: it repeats one column of targets for every output, or divides nothing
# among the outputs. There is no reading of such an output, so they are refused.
BROADCAST = {
    "cosine_similarity",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "mae",
    "mape",
    "mse",
    "msle",
    "poisson",
    "squared_hinge",
}
# One plain number a row for a loss that is made for rows of probabilities: the loss is constant.
CONSTANT = {"categorical_crossentropy", "categorical_focal_crossentropy", "categorical_hinge"}


def made(component: Component) -> Any:
    """What a component names, called with its arguments."""
    module, _, name = component.target.rpartition(".")
    return getattr(importlib.import_module(module), name)(**component.arguments())


def targets(source: str, form: str) -> NDArray[np.float32]:
    """Targets of a source in the form that the loss gets."""
    random = np.random.default_rng(0)
    if source in VALUES:
        return random.uniform(0, 300, (ROWS, VALUES[source])).astype(np.float32)
    labels = np.arange(ROWS) % CLASSES[source]
    if form == "one_hot":
        return np.eye(CLASSES[source], dtype=np.float32)[labels]
    return labels[:, None].astype(np.float32)


def form_of(loss: LossBase, source: str, units: int) -> str:
    """The form of targets where the job itself may be refused."""
    if source in VALUES:
        return "values"
    if loss.target_form == "any":
        return "one_hot" if units == CLASSES[source] else "index"
    return loss.target_form


def keras_trains(loss: Any, y: NDArray[np.float32], units: int) -> bool:
    """Whether Keras takes a step with this loss."""
    x = np.random.default_rng(1).normal(size=(ROWS, 3)).astype(np.float32)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(units, activation="sigmoid")])
    model.compile("sgd", loss, run_eagerly=True)
    try:
        model.train_on_batch(x, y)
    except Exception:  # noqa: BLE001 - Keras and TensorFlow raise many kinds for one reason
        return False
    return True


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:In loss categorical:SyntaxWarning")
@pytest.mark.filterwarnings("ignore:In loss CategoricalFocal:SyntaxWarning")
@pytest.mark.parametrize("units", [1, 2, 3, 5])
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("component", LOSSES, ids=lambda component: str(component.type_name()))
def test_losses_and_outputs(component: type[LossBase], source: str, units: int) -> None:
    loss = component.model_validate({"type": component.type_name()})
    valid = check_spec(small(SOURCES[source], units, loss.type)).valid
    trains = keras_trains(made(loss), targets(source, form_of(loss, source, units)), units)
    if valid:
        assert trains
    elif trains:
        columns = targets(source, form_of(loss, source, units)).shape[1]
        assert columns == 1 or units == 1
        assert loss.type in (BROADCAST | CONSTANT)


CASES = [
    ("circles", 1, "binary_crossentropy"),
    ("circles", 2, "binary_crossentropy"),
    ("circles", 2, "sparse_categorical_crossentropy"),
    ("iris", 3, "categorical_crossentropy"),
    ("iris", 3, "sparse_categorical_crossentropy"),
    ("iris", 5, "sparse_categorical_crossentropy"),
    ("iris", 1, "mse"),
    ("diabetes", 1, "mse"),
    ("two targets", 2, "mse"),
]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:In loss categorical:SyntaxWarning")
@pytest.mark.parametrize(("source", "units", "loss"), CASES)
@pytest.mark.parametrize("component", METRICS, ids=lambda component: str(component.type_name()))
def test_metrics(component: type[MetricBase], source: str, units: int, loss: str) -> None:
    plain = parse(small(SOURCES[source], units, loss))
    wanted = component.model_validate({"type": component.type_name()}).resolve(encoding(plain), units)
    outputs = keras.ops.sigmoid(np.random.default_rng(2).normal(size=(ROWS, units)).astype(np.float32))
    measured = made(wanted)
    try:
        measured.update_state(targets(source, encoding(plain)), outputs)
        computes = np.ndim(keras.ops.convert_to_numpy(measured.result())) == 0
    except Exception:  # noqa: BLE001 - Keras and TensorFlow raise many kinds for one reason
        computes = False
    valid = check_spec(small(SOURCES[source], units, loss, metrics=[component.type_name()])).valid
    if valid:
        assert computes
    elif computes:
        # It looks for classes among plain numbers, and finds none.
        assert source in VALUES
        assert component.type_name() in {"sparse_categorical_accuracy", "sparse_top_k"}


@pytest.mark.parametrize(("source", "units", "loss"), CASES)
def test_accuracy_is_what_keras_takes(source: str, units: int, loss: str) -> None:
    spec = parse(small(SOURCES[source], units, loss, metrics=["accuracy"]))
    y = targets(source, encoding(spec))
    x = np.zeros((ROWS, 3), np.float32)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(units, activation="sigmoid")])
    model.compile("sgd", made(spec.training.loss), metrics=["accuracy"], run_eagerly=True)
    model.evaluate(x, y, verbose=0)
    (column, metric), *_ = metric_columns(spec)
    (theirs,) = [held for group in model.metrics[1:] for held in group.metrics]
    assert column == theirs.name == "accuracy"
    assert type(theirs).__name__ == metric.target.rpartition(".")[2]


UNSOUND: dict[str, dict[str, Any]] = {
    "softmax of one unit": changed(circles(), "/architecture/layers/1/activation", "softmax"),
    "relu output under cross-entropy": changed(circles(), "/architecture/layers/1/activation", "relu"),
    "linear output under cross-entropy": changed(circles(), "/architecture/layers/1/activation", None),
    "sigmoid outputs under categorical cross-entropy": changed(
        small("iris", 3, "categorical_crossentropy"), "/architecture/layers/1/activation", "sigmoid"
    ),
    "probabilities as logits": changed(
        circles(), "/training/loss", {"type": "binary_crossentropy", "from_logits": True}
    ),
    "zero weights": changed(circles(), "/architecture/layers/0/kernel_initializer", "zeros"),
    "a learning rate of 10": changed(circles(), "/training/optimizer/learning_rate", 10),
    "no learning rate": changed(circles(), "/training/optimizer/learning_rate", 0),
    "cross-entropy on large numbers": small("diabetes", 1, "binary_crossentropy"),
    "hinge on numbers": small("diabetes", 1, "hinge"),
    "poisson below zero": small({"type": "regression"}, 1, "poisson"),
    "three classes on one unit": small("iris", 1, "binary_crossentropy"),
    "more outputs than classes": small("iris", 9, "sparse_categorical_crossentropy"),
    "a batch larger than the data": changed(circles(), "/training/batch_size", 5000),
    "five hundred layers' worth of saturation": changed(circles(), "/architecture/layers/0/repeat", 100),
    "everything dropped": changed(circles(), "/architecture/layers/0", {"type": "dropout", "rate": 1}),
    "one row to train on": changed(circles(), "/data/split/train_size", 1),
    "soft labels": inline([[0.3, 0.7], [0.9, 0.1]], 2, "categorical_crossentropy"),
    "many labels a row": inline([[1, 1], [0, 1], [0, 0]], 2, "binary_crossentropy"),
    "a weight of zero for a class": changed(circles(), "/training/class_weight", {"0": 0}),
    "a lost class": changed(circles(), "/training/class_weight", {"1": 5.5}),
}


@pytest.mark.parametrize("name", UNSOUND)
def test_unsound_is_not_invalid(name: str) -> None:
    assert check_spec(UNSOUND[name]).errors == []


def test_vectors_take_no_matrices() -> None:
    for name in ("Identity", "Orthogonal"):
        with pytest.raises(ValueError, match=r"two-dimensional|2D"):
            getattr(keras.initializers, name)()((3,))
    assert keras.initializers.GlorotUniform()((3,)).shape == (3,)
    assert check_spec(changed(circles(), "/architecture/layers/0/bias_initializer", "glorot_uniform")).valid


def test_three_clip_modes_exclude_each_other() -> None:
    with pytest.raises(ValueError, match="Only one of"):
        keras.optimizers.SGD(clipnorm=1.0, global_clipnorm=1.0)


def test_shapes_need_no_keras() -> None:
    spec: TrainingJobSpec = parse(circles())
    assert job_shape(spec).n_features == 2
