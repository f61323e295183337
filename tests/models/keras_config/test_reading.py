"""What is imported without Keras, what is refused, and with which pointer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from models.keras_config import KerasImport, NotImported, import_keras
from models.keras_config.numbers import shortest
from models.specs import limits
from models.specs.architecture import ArchitectureSpec
from models.specs.optimizers import Adam
from tests.models.keras_config.documents import (
    COMPILE,
    KERAS2_COMPILE,
    KERAS2_FUNCTIONAL,
    KERAS2_SEQUENTIAL,
    dense,
    functional,
    keras3,
    sequential,
)
from tests.models.specs.documents import REMOVED, changed


def layers_of(found: KerasImport) -> list[dict[str, Any]]:
    return [layer.model_dump(mode="json") for layer in found.architecture.layers]


def refused(architecture: Any, compiled: Any = None) -> dict[str, str]:
    """Pointer -> detail."""
    with pytest.raises(NotImported) as raised:
        import_keras(architecture, compiled)
    return {error.pointer: error.detail for error in raised.value.errors}


class TestKeras2:
    def test_a_sequential(self) -> None:
        found = import_keras(KERAS2_SEQUENTIAL, KERAS2_COMPILE)
        hidden = {"type": "dense", "units": 3, "activation": "tanh", "kernel_regularizer": "l2"}
        expected = [
            hidden,
            {"type": "leaky_relu", "negative_slope": 0.3},
            "batch_normalization",
            {"type": "dropout", "rate": 0.2},
            {**hidden, "units": 1, "activation": "sigmoid"},
        ]
        assert found.architecture == ArchitectureSpec.model_validate({"layers": expected})
        assert found.n_features == 4
        assert found.compiled.optimizer == Adam(beta_1=0.8)
        assert [metric.type for metric in found.compiled.metrics] == ["accuracy"]
        assert found.warnings == []

    def test_a_functional(self) -> None:
        found = import_keras(json.dumps(KERAS2_FUNCTIONAL))
        assert [layer["type"] for layer in layers_of(found)] == ["residual", "dense"]
        assert found.origins["/layers/0/layers/0"] == "/architecture/config/layers/1"

    def test_layers_without_an_object_around_them(self) -> None:
        old = {"class_name": "Sequential", "config": KERAS2_SEQUENTIAL["config"]["layers"]}
        assert import_keras(old).architecture == import_keras(KERAS2_SEQUENTIAL).architecture


class TestGraphs:
    @pytest.mark.parametrize(
        ("reads", "output", "expected"),
        [
            ({"a": ["x"], "b": ["a"]}, "b", ["dense", "dense"]),
            ({"a": ["x"], "s": ["a", "x"]}, "s", [["dense"]]),
            ({"a": ["x"], "b": ["a"], "s": ["x", "b"], "c": ["s"]}, "c", [["dense", "dense"], "dense"]),
            ({"a": ["x"], "s": ["x", "a"], "t": ["s", "x"]}, "t", [[["dense"]]]),
            ({"a": ["x"], "b": ["a"], "s": ["a", "b"], "t": ["x", "s"]}, "t", [["dense", ["dense"]]]),
        ],
    )
    def test_chains_with_blocks(self, reads: dict[str, list[str]], output: str, expected: list[Any]) -> None:
        def shape(layer: dict[str, Any]) -> Any:
            return [shape(inner) for inner in layer["layers"]] if layer["type"] == "residual" else layer["type"]

        assert [shape(layer) for layer in layers_of(import_keras(functional(reads, output)))] == expected

    @pytest.mark.parametrize(
        ("reads", "output", "words"),
        [
            ({"a": ["x"], "b": ["x"], "s": ["a", "b"]}, "s", "only one branch"),
            ({"s": ["x", "x"]}, "s", "adds something to itself"),
            ({"a": ["b"], "b": ["a"]}, "b", "its own output"),
            ({"a": ["x"], "b": ["x"]}, "b", "not on the way"),
            ({"a": ["nobody"]}, "a", "which is not there"),
            ({"a": ["x"], "s": ["x", "a", "a"]}, "s", "must read two layers"),
        ],
    )
    def test_other_graphs_are_refused(self, reads: dict[str, list[str]], output: str, words: str) -> None:
        assert words in " ".join(refused(functional(reads, output)).values())

    def test_blocks_lie_no_deeper_than_in_a_spec(self) -> None:
        depth = limits.MAX_RESIDUAL_DEPTH + 2
        reads = {"a": ["x"]} | {f"s{i}": [f"s{i - 1}" if i else "a", "x"] for i in range(depth)}
        assert "deep" in " ".join(refused(functional(reads, f"s{depth - 1}")).values())

    def test_an_argument_of_the_call_is_refused(self) -> None:
        graph = changed(functional({"a": ["x"]}, "a"), "/config/layers/1/inbound_nodes/0/kwargs", {"training": True})
        assert list(refused(graph)) == ["/architecture/config/layers/1/inbound_nodes/0"]


MODEL = sequential(dense(), keras3("Dropout", rate=0.2), dense(1, activity_regularizer=None))
AT = "/config/layers/1"
WRONG: list[tuple[str, Any, str]] = [
    (AT + "/class_name", "Lambda", "/architecture/config/layers/1/class_name"),
    (AT + "/class_name", "Conv2D", "/architecture/config/layers/1/class_name"),
    (AT + "/module", "os", "/architecture/config/layers/1/module"),
    (AT + "/module", "kerasx.layers", "/architecture/config/layers/1/module"),
    (AT + "/registered_name", "Mine>Dense", "/architecture/config/layers/1/registered_name"),
    (AT + "/config", [1], "/architecture/config/layers/1/config"),
    (AT + "/config/units", 0, "/architecture/config/layers/1/config/units"),
    (AT + "/config/units", "4", "/architecture/config/layers/1/config/units"),
    (AT + "/config/units", REMOVED, "/architecture/config/layers/1/config/units"),
    (AT + "/config/trainable", False, "/architecture/config/layers/1/config/trainable"),
    (AT + "/config/dtype", "mixed_float16", "/architecture/config/layers/1/config/dtype"),
    (AT + "/config/lora_rank", 4, "/architecture/config/layers/1/config/lora_rank"),
    (AT + "/config/colour", "red", "/architecture/config/layers/1/config/colour"),
    (AT + "/config/activation", "glu", "/architecture/config/layers/1/config/activation"),
    (AT + "/config/activation", {"class_name": "PReLU"}, "/architecture/config/layers/1/config/activation/class_name"),
    (
        AT + "/config/activation",
        {"class_name": "function", "module": "builtins", "config": "eval"},
        "/architecture/config/layers/1/config/activation/config",
    ),
    (
        AT + "/config/kernel_initializer",
        {"class_name": "RandomUniform", "config": {"minval": 2, "maxval": 1}},
        "/architecture/config/layers/1/config/kernel_initializer/config/minval",
    ),
    ("/config/layers/2/config/rate", 2, "/architecture/config/layers/2/config/rate"),
    ("/config/layers/0/config/batch_shape", [None, 28, 28], "/architecture/config/layers/0/config/batch_shape"),
    ("/config/layers", [], "/architecture/config/layers"),
    ("/config/layers/2", keras3("InputLayer"), "/architecture/config/layers/2/class_name"),
    ("/config/layers/2", None, "/architecture/config/layers/2"),
    ("/config/trainable", False, "/architecture/config/trainable"),
    ("/class_name", "Dense", "/architecture/class_name"),
]


@pytest.mark.parametrize(("pointer", "value", "place"), WRONG)
def test_what_no_spec_can_say_is_refused_with_its_place(pointer: str, value: Any, place: str) -> None:
    assert list(refused(changed(MODEL, pointer, value))) == [place]


WRONGLY_COMPILED: list[tuple[str, Any, str]] = [
    ("/optimizer/class_name", "Ftrl", "/compile/optimizer/class_name"),
    ("/optimizer/config/clipvalue", 1.0, "/compile/optimizer/config/clipvalue"),
    ("/optimizer/config/gradient_accumulation_steps", 2, "/compile/optimizer/config/gradient_accumulation_steps"),
    ("/optimizer/config/learning_rate/class_name", "Mine", "/compile/optimizer/config/learning_rate/class_name"),
    (
        "/optimizer/config/learning_rate/config/decay_steps",
        0,
        "/compile/optimizer/config/learning_rate/config/decay_steps",
    ),
    ("/loss", "mine", "/compile/loss"),
    ("/loss", ["mse", "mae"], "/compile/loss"),
    ("/loss/config/reduction", "sum", "/compile/loss/config/reduction"),
    ("/metrics/0", "mine", "/compile/metrics/0"),
    ("/metrics", ["mse"] * 17, "/compile/metrics"),
    ("/loss_weights", [2.0], "/compile/loss_weights"),
    ("/colour", "red", "/compile/colour"),
]


@pytest.mark.parametrize(("pointer", "value", "place"), WRONGLY_COMPILED)
def test_what_was_compiled_is_refused_with_its_place(pointer: str, value: Any, place: str) -> None:
    assert list(refused(MODEL, changed(COMPILE, pointer, value))) == [place]


def test_all_faults_are_named_at_once() -> None:
    wrong = changed(changed(MODEL, AT + "/class_name", "GRU"), "/config/layers/3/config/units", -1)
    assert set(refused(wrong)) == {
        "/architecture/config/layers/1/class_name",
        "/architecture/config/layers/3/config/units",
    }


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"a": NaN}', "null", "3"])
def test_text_that_is_no_model(text: str) -> None:
    assert list(refused(text)) == ["/architecture"]


def test_too_many_layers() -> None:
    assert refused(sequential(*[dense()] * (limits.MAX_LAYERS + 1)))


def test_models_in_models_in_models() -> None:
    model = sequential(dense())
    for _ in range(400):
        model = sequential(model)
    assert "deep" in " ".join(refused(model).values())


def test_what_was_compiled_lies_beside_the_layers() -> None:
    model = MODEL | {"compile_config": COMPILE}
    assert import_keras(model).compiled == import_keras(MODEL, COMPILE).compiled
    assert import_keras(model, None).compiled.optimizer is None


@pytest.mark.parametrize("number", [0.01, 0.1, 1e-7, 0.3, 1.5, -2.0, 0.0, 123456.0])
def test_numbers_are_as_they_were_written(number: float) -> None:
    import numpy as np

    assert shortest(float(np.float32(number))) == number
    assert shortest(number) == number
