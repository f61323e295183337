"""Every advised patch applies to the canonical spec, and leads to another valid one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from models.diagnoses.advice import activations, clipping, data, layers, output, penalties, rates, weights
from models.diagnoses.design import Design
from models.diagnoses.finding import Advice
from models.diagnoses.judge import lint
from models.presets import presets
from models.specs import activations as act
from models.specs.canonical import canonical
from models.specs.check import parse
from tests.models.diagnoses.documents import CIRCLES, FRIEDMAN, HEALTHY, IRIS, SIGMOID, dense, job
from tests.models.diagnoses.patching import applied

BN: dict[str, Any] = {"type": "batch_normalization"}
SCHEDULE = {"type": "exponential_decay", "initial_learning_rate": 0.1, "decay_steps": 100, "decay_rate": 0.9}
STAIRS = {"type": "piecewise_constant_decay", "boundaries": [10], "values": [0.1, 0.01]}
DOCUMENTS: dict[str, dict[str, Any]] = {
    **{name: preset.document for name, preset in presets().items()},
    "healthy": HEALTHY,
    "one layer": job([SIGMOID]),
    "no activation": job([dense(8, repeat=3), SIGMOID]),
    "separate activations": job([dense(8), {"type": "activation", "activation": "tanh"}, SIGMOID]),
    "doubled activations": job([dense(8, "tanh"), {"type": "activation", "activation": "tanh"}, SIGMOID]),
    "activation layers": job([dense(8), "leaky_relu", dense(8), "prelu", dense(8), "elu", dense(8), "relu", SIGMOID]),
    "softmax layer": job([dense(8, "relu"), dense(3), "softmax"], IRIS, "categorical_crossentropy"),
    "residual": job([dense(8), {"type": "residual", "repeat": 3, "layers": [dense(8, "relu"), dense(8)]}, SIGMOID]),
    "normalized": job([dense(8), BN, {"type": "activation", "activation": "relu"}, SIGMOID]),
    "dropout": job([dense(8, "relu"), {"type": "dropout", "rate": 0.9}, SIGMOID]),
    "penalties": job([dense(8, kernel_regularizer={"type": "l1_l2", "l1": 0.1, "l2": 0.3}, repeat=2), SIGMOID]),
    "output among equals": job([dense(1, "sigmoid", repeat=3)]),
    "schedule": job([dense(8, "relu"), SIGMOID], optimizer={"type": "sgd", "learning_rate": SCHEDULE}),
    "stairs": job([dense(8, "relu"), SIGMOID], optimizer={"type": "sgd", "learning_rate": STAIRS}),
    "clipped": job([dense(8, "relu"), SIGMOID], optimizer={"type": "adam", "clipvalue": 0.5}),
    "no scaler": job([dense(8, "relu"), SIGMOID], {**CIRCLES, "scaler": None}),
    "scaler on all": job([dense(8, "relu"), SIGMOID], {**CIRCLES, "scaler": {"type": "standard", "fit_on": "all"}}),
    "logits": job([dense(8, "relu"), dense(1)], loss={"type": "binary_crossentropy", "from_logits": True}),
    "regression": job([dense(8, "relu"), dense(1)], FRIEDMAN, "mse"),
    "still": job([dense(8, "relu"), SIGMOID], optimizer={"type": "sgd", "learning_rate": 0.0}),
}
ADVICE: dict[str, Callable[[Design], Advice]] = {
    "relu_he": activations.relu_he,
    "selu_lecun": activations.selu_lecun,
    "leaky_relu": activations.leaky_relu,
    "nonlinear": activations.nonlinear,
    "by_norm": clipping.by_norm,
    "no_clipping": clipping.none,
    "standardize": data.standardize,
    "batch_normalization": layers.batch_normalization,
    "shallower": layers.shallower,
    "gentler_dropout": layers.gentler_dropout,
    "faster_averages": layers.faster_averages,
    "sigmoid_output": partial(output.activation, chosen=act.Sigmoid()),
    "early_stopping": penalties.early_stopping,
    "decay": penalties.decay,
    "weaker": penalties.weaker,
    "no_penalty": penalties.none,
    "dropout": penalties.dropout,
    "lower": rates.lower,
    "higher": rates.higher,
    "usual": partial(rates.usual, low=1e-4, high=1.0),
    "adam": rates.adam,
    "larger_batch": rates.larger_batch,
    "longer": partial(rates.longer, steps=5000),
    "matching": weights.matching,
}


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("advice", ADVICE)
def test_a_patch_leads_to_a_valid_spec(advice: str, name: str) -> None:
    spec = parse(DOCUMENTS[name])
    if advice == "early_stopping" and spec.data.split is None:
        return
    found = ADVICE[advice](Design(spec))
    before = canonical(spec)
    after = applied(before, found.patch)
    assert canonical(parse(after)) == after
    assert bool(found.patch) == (after != before)
    assert found.text.en != found.text.es


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_lint_advises_is_valid(name: str) -> None:
    spec = parse(DOCUMENTS[name])
    for finding in lint(spec):
        for advice in finding.advice:
            parse(applied(canonical(spec), advice.patch))


def test_a_patch_is_small() -> None:
    found = activations.relu_he(Design(parse(presets()["S2"].document)))
    assert [operation.path for operation in found.patch] == [
        "/architecture/layers/0/activation",
        "/architecture/layers/0/kernel_initializer",
    ]


def test_a_patch_fits_the_client_s_own_document_too() -> None:
    document = job([dense(5, "tanh", repeat=5), SIGMOID], optimizer="sgd")
    found = rates.lower(Design(parse(document)))
    assert parse(applied(document, found.patch)).training.optimizer.learning_rate == pytest.approx(0.001)


def test_normalization_comes_before_each_activation() -> None:
    spec = parse(job([dense(5, "tanh", repeat=2), SIGMOID]))
    found = layers.batch_normalization(Design(spec))
    after = parse(applied(canonical(spec), found.patch))
    kinds = [layer.type for layer in after.architecture.layers]
    assert kinds == ["dense", "batch_normalization", "activation"] * 2 + ["dense"]


def test_the_rate_of_a_schedule_is_lowered_as_a_whole() -> None:
    spec = parse(DOCUMENTS["stairs"])
    after = applied(canonical(spec), rates.lower(Design(spec)).patch)
    assert after["training"]["optimizer"]["learning_rate"]["values"] == [0.01, 0.001]


def test_rare_classes_weigh_more() -> None:
    spec = parse(HEALTHY)
    found = data.weigh_classes(Design(spec), [90, 10])
    after = parse(applied(canonical(spec), found.patch))
    assert after.training.class_weight == {"0": pytest.approx(0.5556), "1": 5.0}


def test_a_scaler_is_fitted_on_the_training_rows() -> None:
    spec = parse(DOCUMENTS["scaler on all"])
    after = parse(applied(canonical(spec), data.fit_on_train(Design(spec)).patch))
    assert after.data.scaler is not None
    assert after.data.scaler.fit_on == "train"


def test_a_penalty_is_weakened_in_its_own_terms() -> None:
    spec = parse(DOCUMENTS["penalties"])
    weaker = parse(applied(canonical(spec), penalties.weaker(Design(spec)).patch)).architecture.layers[0]
    none = parse(applied(canonical(spec), penalties.none(Design(spec)).patch)).architecture.layers[0]
    assert weaker.model_dump()["kernel_regularizer"] == {"type": "l1_l2", "l1": 0.01, "l2": 0.03}
    assert none.model_dump()["kernel_regularizer"] is None


def test_outputs_that_stand_for_no_class_are_taken_away() -> None:
    spec = parse(job([dense(8), dense(5, "softmax")], IRIS, "sparse_categorical_crossentropy"))
    (finding,) = [each for each in lint(spec) if each.evidence.get("reason") == "more_outputs_than_classes"]
    after = parse(applied(canonical(spec), finding.advice[0].patch))
    assert after.architecture.layers[-1].model_dump()["units"] == 3
