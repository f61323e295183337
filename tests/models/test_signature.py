"""How an output is read, over every loss and every last layer, against Keras itself."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from models.engine.instantiate import instantiate
from models.engine.network.architecture import build
from models.engine.step.forward import run
from models.reading import UNDECIDED, classes_of, probabilities
from models.signature import Scores, Signature, scores_of
from models.specs import activations, losses
from models.specs.check import parse
from models.specs.encoding import encoding
from models.specs.job import TrainingJobSpec
from models.specs.spec import Component, concrete
from models.theory.activations import CURVES
from tests.models.specs.documents import inline

ROWS = [0, 1, 1, 0, 1, 0, 0, 1]
LOSS_CLASSES = [each for each in concrete(losses.LossBase) if issubclass(each, losses.LossBase)]


def type_of(component: type[Component]) -> str:
    """The name of a component in a spec."""
    return str(component.model_fields["type"].default)


ACTIVATIONS: list[dict[str, Any]] = [
    *({"type": type_of(each)} for each in CURVES if each is not activations.Threshold),
    {"type": "threshold", "threshold": 0.1, "default_value": 0.0},
]
LOSSES: list[dict[str, Any]] = [
    {"type": type_of(each), **logits}
    for each in LOSS_CLASSES
    for logits in ([{}, {"from_logits": True}] if "from_logits" in each.model_fields else [{}])
]
ONTO_UNIT = {"sigmoid", "softmax", "hard_sigmoid", "sparse_sigmoid", "sparsemax"}
BINARY = {"binary_crossentropy", "binary_focal_crossentropy"}
HINGES = {"hinge", "squared_hinge", "categorical_hinge"}
ONE_UNIT = {type_of(each) for each in LOSS_CLASSES if each.target_form == "any"}
Case = tuple[dict[str, Any], dict[str, Any], int]
CASES: list[Case] = [
    (loss, last, units)
    for loss, last, units in product(LOSSES, ACTIVATIONS, (1, 2))
    if units == 2 or loss["type"] in ONE_UNIT
]


def spec_of(loss: Any, *behind: Any, units: int = 1, targets: Any = ROWS) -> TrainingJobSpec:
    """A classifier with these layers behind its last kernel; a string or an activation stands for such a layer."""
    document = inline(targets, units, loss, task="classification")
    layers = document["architecture"]["layers"]
    layers += [each if given_as_layer(each) else {"type": "activation", "activation": each} for each in behind]
    return parse(document)


def given_as_layer(each: Any) -> bool:
    """Whether this stands for itself."""
    return isinstance(each, dict) and each["type"] in {"dropout", "batch_normalization", "residual"}


def named(case: Case) -> str:
    loss, last, units = case
    return f"{loss['type']}{'-logits' if loss.get('from_logits') else ''}-{last['type']}-{units}"


def expected(loss: dict[str, Any], last: str, units: int) -> Scores:
    """The reading, in the words of the documentation."""
    half, zero = (0.5, 0.0) if units == 1 else (None, None)
    if loss["type"] in HINGES:
        return Scores(kind="margin", threshold=zero)
    if loss.get("from_logits") and last not in {"sigmoid", "softmax"}:
        link: Any = "sigmoid" if loss["type"] in BINARY else "softmax"
        return Scores(kind="logit" if units == 1 else "logits", threshold=zero, link=link)
    if last in ONTO_UNIT:
        return Scores(kind="probability" if units == 1 else "probabilities", threshold=half)
    return Scores(kind="value", threshold=half)


@pytest.mark.parametrize("case", CASES, ids=named)
def test_every_loss_on_every_last_layer(case: Case) -> None:
    loss, last, units = case
    spec = spec_of(loss, last, units=units)
    scores = scores_of(spec)
    assert scores == expected(loss, last["type"], units)
    own = spec_of(loss, units=units).model_dump(mode="json")
    own["architecture"]["layers"][-1]["activation"] = last
    assert scores_of(parse(own)) == scores  # an activation of the last kernel, or a layer behind it


def trained_on(case: Case) -> bool:
    """Whether Keras takes the plain logarithm of what the last layer makes, without a sum or a clip in between."""
    loss, last, _ = case
    if loss["type"] == "binary_crossentropy":
        logits = loss.get("from_logits") and last["type"] != "softmax"
        return bool(logits or last["type"] in {"sigmoid", "hard_sigmoid", "sparse_sigmoid"})
    if loss["type"] in {"categorical_crossentropy", "sparse_categorical_crossentropy"}:
        return bool(last["type"] == "softmax" or (loss.get("from_logits") and last["type"] != "sigmoid"))
    return False


@pytest.mark.filterwarnings("ignore:.*received `from_logits=True`")
@pytest.mark.parametrize("case", [case for case in CASES if trained_on(case)], ids=named)
def test_probabilities_are_what_the_loss_of_keras_is_computed_from(case: Case) -> None:
    loss, last, units = case
    spec = spec_of(loss, last, units=units)
    x = np.linspace(-1.0, 1.0, 16, dtype=np.float32).reshape(8, 2)
    network = build(spec, 2)
    output = run(network.nodes, tf.constant(x), training=False)
    form = encoding(spec)
    target = np.eye(2, dtype=np.float32)[ROWS] if form == "one_hot" else np.asarray(ROWS, np.float32)[:, None]
    theirs = float(instantiate(spec.training.loss)(target, output))
    shares = probabilities(Signature.of(spec), np.asarray(output))
    assert shares is not None
    right = np.clip(shares[np.arange(8), ROWS], 1e-7, 1.0)
    if loss["type"] == "binary_crossentropy" and units == 2:  # two answers of yes or no, both of which count
        right = np.stack([np.where(target[:, k] == 1, shares[:, k], 1 - shares[:, k]) for k in (0, 1)])
        right = np.clip(right, 1e-7, 1.0)
    assert -np.log(right).mean() == pytest.approx(theirs, rel=1e-4)


class TestTheLastLayer:
    """What stands behind the last activation."""

    def test_noise_is_nothing_for_a_trained_network(self) -> None:
        assert (
            scores_of(spec_of("binary_crossentropy", "sigmoid", {"type": "dropout", "rate": 0.5})).kind == "probability"
        )

    def test_but_it_keeps_keras_from_the_logits(self) -> None:
        loss = {"type": "binary_crossentropy", "from_logits": True}
        assert scores_of(spec_of(loss, "sigmoid", {"type": "dropout", "rate": 0.5})).kind == "logit"

    def test_the_identity_is_nothing(self) -> None:
        assert scores_of(spec_of("binary_crossentropy", "sigmoid", "linear")).kind == "probability"

    def test_a_normalization_makes_values(self) -> None:
        assert scores_of(spec_of("binary_crossentropy", "sigmoid", {"type": "batch_normalization"})) == Scores(
            kind="value", threshold=0.5
        )

    def test_a_skip_makes_values(self) -> None:
        block = {"type": "residual", "layers": [{"type": "dense", "units": 1, "activation": "sigmoid"}]}
        assert scores_of(spec_of("binary_crossentropy", block)).kind == "value"

    def test_a_rectifier_with_a_cap_is_onto_the_unit_interval(self) -> None:
        assert scores_of(spec_of("binary_crossentropy", {"type": "relu", "max_value": 1})).kind == "probability"


def signature(units: int, **given: Any) -> Signature:
    """A classifier of two classes, or of as many as units."""
    classes = list("abc"[: max(units, 2)])
    return Signature.model_validate(
        {
            "n_features": 2,
            "features": ["x0", "x1"],
            "scaler": None,
            "task": "binary",
            "classes": classes,
            "units": units,
            **given,
        }
    )


@pytest.mark.parametrize("missing", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(
    ("units", "kind", "threshold", "link"),
    [
        (1, "probability", 0.5, None),
        (1, "logit", 0.0, "sigmoid"),
        (1, "margin", 0.0, None),
        (1, "value", 0.5, None),
        (2, "probabilities", None, None),
        (3, "logits", None, "softmax"),
        (3, "logits", None, "sigmoid"),
        (3, "margin", None, None),
        (3, "value", None, None),
    ],
)
def test_what_is_not_finite_is_no_class(
    units: int, kind: str, threshold: float | None, link: str | None, missing: float
) -> None:
    described = signature(units, output=kind, threshold=threshold, link=link)
    outputs = np.full((2, units), 0.75, np.float32)
    outputs[1, units - 1] = missing
    assert classes_of(described, outputs).tolist() == [1 if units == 1 else 0, UNDECIDED]


def test_one_unit_for_several_classes_means_the_nearest_number() -> None:
    described = Signature.of(spec_of("mse", units=1, targets=[0, 1, 2, 3]))
    assert described.scores == Scores(kind="value")
    outputs = np.array([[-4.0], [0.4], [1.6], [2.9], [77.0], [np.nan]], np.float32)
    assert classes_of(described, outputs).tolist() == [0, 0, 2, 3, 3, UNDECIDED]


def test_outputs_beyond_the_classes_stand_for_none() -> None:
    described = Signature.of(spec_of({"type": "sparse_categorical_crossentropy"}, "softmax", units=3))
    outputs = np.array([[0.1, 0.2, 0.7], [0.3, 0.1, 0.6]], np.float32)
    assert classes_of(described, outputs).tolist() == [1, 0]
    shares = probabilities(described, outputs)
    assert shares is not None
    assert shares.shape == (2, 2)


def test_values_of_a_regression_are_read_as_they_are() -> None:
    assert scores_of(parse(inline([0.5, 1.5, 2.0]))) == Scores(kind="value")
