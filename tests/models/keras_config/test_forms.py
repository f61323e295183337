"""The same model is read in every form in which Keras and TensorFlow.js write it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from models.keras_config import NotImported, import_keras
from models.keras_config.forms import MAX_TEXT, is_keras
from models.specs.metrics import Accuracy
from models.specs.optimizers import Adam
from tests.models.keras_config.documents import (
    COMPILE,
    H5_TRAINING,
    KERAS2_COMPILE,
    KERAS2_FUNCTIONAL,
    KERAS2_SEQUENTIAL,
    dense,
    dense2,
    forms,
    functional,
    keras2,
    keras3,
    sequential,
)
from tests.models.specs.documents import changed

FORMS = forms(KERAS2_SEQUENTIAL)


def refused(*given: Any) -> dict[str, str]:
    """Pointer -> detail."""
    with pytest.raises(NotImported) as raised:
        import_keras(*given)
    return {error.pointer: error.detail for error in raised.value.errors}


@pytest.mark.parametrize("name", FORMS)
def test_a_model_in_every_form(name: str) -> None:
    document, at = FORMS[name]
    plain, found = import_keras(KERAS2_SEQUENTIAL, None), import_keras(document)
    assert found.architecture == plain.architecture
    assert found.n_features == plain.n_features
    assert found.warnings == []
    if at or "as text" not in name:
        assert found.origins["/layers/1"] == f"/architecture{at}/config/layers/1"
    if "H5" in name:
        assert found.compiled.optimizer == Adam(beta_1=0.8)
        assert found.compiled_at.endswith("/training_config")


@pytest.mark.parametrize("name", [name for name in FORMS if "text" not in name and name != "H5"])
def test_a_fault_in_every_form_has_its_place(name: str) -> None:
    document, at = FORMS[name]
    wrong = changed(document, f"{at}/config/layers/1/class_name", "LSTM")
    assert list(refused(wrong)) == [f"/architecture{at}/config/layers/1/class_name"]


@pytest.mark.parametrize("functions", ["binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy"])
@pytest.mark.parametrize("as_text", [False, True])
def test_what_an_h5_file_says_of_the_training(functions: str, as_text: bool) -> None:
    training = changed(H5_TRAINING, "/metrics/0/0/config/fn", functions)
    found = import_keras(KERAS2_SEQUENTIAL, json.dumps(training) if as_text else training)
    assert found.compiled.optimizer == Adam(beta_1=0.8)
    assert found.compiled.loss == import_keras(KERAS2_SEQUENTIAL, KERAS2_COMPILE).compiled.loss
    assert found.compiled.metrics == (Accuracy(),)


@pytest.mark.parametrize(
    ("function", "name", "expected"),
    [
        ("binary_accuracy", "hits", "binary_accuracy"),
        ("mean_absolute_error", "mae", "mae"),
        (keras2("function") | {"config": "mean_squared_error"}, "mse", "mse"),
    ],
)
def test_metrics_that_wrap_a_function(function: Any, name: str, expected: str) -> None:
    wrapped = keras2("MeanMetricWrapper", name=name, dtype="float32", fn=function)
    found = import_keras(KERAS2_SEQUENTIAL, {"metrics": [wrapped]})
    assert [metric.type for metric in found.compiled.metrics] == [expected]


def test_a_function_that_is_nobodys() -> None:
    wrapped = keras2("MeanMetricWrapper", name="mine", fn="mine")
    assert list(refused(KERAS2_SEQUENTIAL, {"metrics": [wrapped]})) == ["/compile/metrics/0/config/fn"]


def test_a_mode_of_sample_weights_is_left_behind() -> None:
    found = import_keras(KERAS2_SEQUENTIAL, {**H5_TRAINING, "sample_weight_mode": "temporal"})
    assert [warning.pointer for warning in found.warnings] == ["/compile/sample_weight_mode"]


def test_text_that_is_no_compile_config() -> None:
    assert list(refused(KERAS2_SEQUENTIAL, "{")) == ["/compile"]


OLD_DENSE = keras2("Dense", output_dim=3, init="glorot_uniform", W_regularizer=None, activation="relu")


@pytest.mark.parametrize(
    "model",
    [
        {"class_name": "Sequential", "config": [OLD_DENSE], "keras_version": "1.2.2"},
        {"class_name": "Sequential", "config": [OLD_DENSE]},
        {"class_name": "Model", "config": {"layers": [OLD_DENSE]}},
        json.dumps({"class_name": "Sequential", "config": [OLD_DENSE], "keras_version": "1.0.8"}),
    ],
)
def test_keras_1_gets_one_sentence(model: Any) -> None:
    (detail,) = refused(model).values()
    assert detail.startswith("was written by Keras 1")
    assert "save it anew" in detail


class TestHardSigmoid:
    """It is another function in Keras 2 and in TensorFlow.js."""

    @pytest.mark.parametrize(
        "layer",
        [dense2(4, "hard_sigmoid"), keras2("Activation", name="activation", activation="hard_sigmoid")],
    )
    @pytest.mark.parametrize("version", ["2.15.0", "tfjs-layers 4.22.0", None])
    def test_of_keras_2_is_warned_of(self, layer: Any, version: str | None) -> None:
        model = {"class_name": "Sequential", "config": {"layers": [dense2(4, "relu"), layer]}, "keras_version": version}
        (warning,) = import_keras(model).warnings
        assert warning.pointer == "/architecture/config/layers/1/config/activation"
        assert "clip(0.2x + 0.5, 0, 1)" in warning.detail

    def test_of_keras_3_is_its_own(self) -> None:
        model = sequential(keras3("Dense", name="dense", units=4, activation="hard_sigmoid"))
        assert import_keras(model).warnings == []
        h5 = {"model_config": {"class_name": "Sequential", "config": model["config"]}, "keras_version": "3.12.0"}
        assert import_keras(h5).warnings == []


IDENTITIES = [
    keras3("Flatten", name="flatten", data_format="channels_last"),
    keras3("Reshape", name="reshape", target_shape=[4]),
    keras3("Reshape", name="reshape", target_shape=[-1]),
    keras3("Permute", name="permute", dims=[1]),
    keras3("Identity", name="identity"),
    keras3("Rescaling", name="rescaling", scale=1.0, offset=0.0),
    keras3("ActivityRegularization", name="activity_regularization", l1=0.0, l2=0.0),
]


@pytest.mark.parametrize("layer", IDENTITIES, ids=lambda layer: layer["class_name"])
@pytest.mark.parametrize("place", [1, 2, 3])
def test_layers_that_change_nothing_are_left_out(layer: Any, place: int) -> None:
    plain = sequential(dense(), dense(1))
    model = sequential(dense(), dense(1))
    model["config"]["layers"].insert(place, layer)
    found = import_keras(model)
    assert found.architecture == import_keras(plain).architecture
    assert [warning.pointer for warning in found.warnings] == [f"/architecture/config/layers/{place}"]
    assert layer["class_name"] in found.warnings[0].detail


def test_a_second_input_layer_is_left_out() -> None:
    model = sequential(dense())
    model["config"]["layers"].insert(1, model["config"]["layers"][0])
    found = import_keras(model)
    assert len(found.architecture.layers) == 1
    assert [warning.pointer for warning in found.warnings] == ["/architecture/config/layers/1"]


@pytest.mark.parametrize(
    "layer",
    [
        keras3("Reshape", name="reshape", target_shape=[2, 2]),
        keras3("Permute", name="permute", dims=[2, 1]),
        keras3("Rescaling", name="rescaling", scale=0.5, offset=0.0),
        keras3("ActivityRegularization", name="activity_regularization", l1=0.1, l2=0.0),
    ],
    ids=lambda layer: layer["class_name"],
)
def test_others_of_these_classes_are_refused(layer: Any) -> None:
    assert list(refused(sequential(dense(), layer))) == ["/architecture/config/layers/2/class_name"]


def test_an_identity_in_a_graph() -> None:
    graph = functional({"a": ["x"], "f": ["a"], "b": ["f"]}, "b")
    graph["config"]["layers"][2] |= {"class_name": "Flatten", "config": {"name": "f"}}
    found = import_keras(graph)
    assert [layer.type for layer in found.architecture.layers] == ["dense", "dense"]
    alone = functional({"a": ["x"], "s": ["x", "a"], "b": ["s"]}, "b")
    alone["config"]["layers"][1] |= {"class_name": "Flatten", "config": {"name": "a"}}
    assert list(refused(alone)) == ["/architecture/config/layers/2"]


def test_what_is_a_keras_model() -> None:
    assert [is_keras(FORMS[name][0]) for name in FORMS if "text" not in name] == [True] * 6
    others: list[Any] = [{"architecture": {}}, {}, [], None, 3, "Sequential"]
    assert not any(is_keras(value) for value in others)


@pytest.mark.parametrize("model", [KERAS2_FUNCTIONAL, sequential(dense()) | {"compile_config": COMPILE}])
def test_other_models_as_text(model: Any) -> None:
    found = import_keras(model)
    again = import_keras(json.dumps(model))
    assert (again.architecture, again.compiled) == (found.architecture, found.compiled)


def test_an_argument_of_keras_1_is_one_only_of_its_layer() -> None:
    embedding = {"class_name": "Embedding", "config": {"input_dim": 9, "output_dim": 4}}
    model = {"class_name": "Sequential", "config": {"layers": [embedding]}, "keras_version": "3.12.0"}
    assert "Keras 1" not in str(refused(model))


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ('{"class_name": "Sequential", "class_name": "Sequential"}', "named twice"),
        (" " * (MAX_TEXT + 1), "characters"),
        ("NaN", "not a JSON number"),
    ],
)
def test_text_is_read_as_strictly_as_a_body(text: str, detail: str) -> None:
    [found] = refused(text).values()
    assert detail in found
