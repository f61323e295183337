"""The presets have the notebook's hyper-parameters, row by row of its table."""

from __future__ import annotations

from typing import Any

import pytest

from models.diagnoses.spec_check import check_spec
from models.presets import Preset, presets
from models.specs.geometry import job_shape, layout, steps

# id: parameters, not trainable, training rows, test rows, epochs, batch size
TABLE = {
    "S1": (21, 0, 500, 500, 500, 32),
    "S2": (141, 0, 500, 500, 500, 32),
    "S3": (141, 0, 500, 500, 500, 32),
    "S4": (141, 0, 500, 500, 500, 32),
    "S5": (1637, 0, 1600, 400, 200, 32),
    "S5b": (1637, 0, 1600, 400, 200, 32),
    "S6": (91, 8, 150, 0, 500, 10),
    "S7": (75, 0, 150, 0, 500, 10),
    "S7b": (75, 0, 150, 0, 500, 10),
}
ALL = [pytest.param(preset, id=name) for name, preset in presets().items()]


def test_all_are_there_in_order() -> None:
    assert list(presets()) == list(TABLE)
    assert all(name == preset.id for name, preset in presets().items())


@pytest.mark.parametrize("preset", ALL)
def test_numbers_of_the_table(preset: Preset) -> None:
    total, fixed, train, test, epochs, batch = TABLE[preset.id]
    result = check_spec(preset.document)
    assert result.errors == []
    assert result.parameters is not None
    assert (result.parameters.total, result.parameters.non_trainable) == (total, fixed)
    shape = job_shape(preset.spec)
    assert (shape.train_rows, shape.test_rows) == (train, test)
    assert (preset.spec.training.epochs, preset.spec.training.batch_size) == (epochs, batch)
    assert steps(preset.spec) == epochs * -(-train // batch)


@pytest.mark.parametrize("preset", ALL)
def test_is_explained(preset: Preset) -> None:
    assert preset.title.en != preset.title.es
    assert len(preset.commentary.en) > 100
    assert len(preset.commentary.es) > 100


def dense(preset: Preset) -> list[tuple[int, str, str]]:
    """Units, activation and initializer of every dense layer."""
    found: list[tuple[int, str, str]] = []
    for layer in layout(preset.spec):
        if layer.type == "dense":
            spec: Any = layer.spec
            found.append((spec.units, spec.activation.type, spec.kernel_initializer.type))
    return found


def test_architectures() -> None:
    uniform, glorot = "random_uniform", "glorot_uniform"
    assert dense(presets()["S1"]) == [(5, "tanh", uniform), (1, "sigmoid", uniform)]
    assert dense(presets()["S2"]) == [(5, "tanh", uniform)] * 5 + [(1, "sigmoid", uniform)]
    assert dense(presets()["S3"]) == [(5, "relu", "he_uniform")] * 5 + [(1, "sigmoid", glorot)]
    assert dense(presets()["S4"]) == [(5, "selu", "lecun_normal")] * 5 + [(1, "sigmoid", glorot)]
    assert dense(presets()["S5"]) == [
        (40, "relu", "he_normal"),
        (12, "tanh", "glorot_normal"),
        (40, "relu", "he_uniform"),
        (12, "tanh", "glorot_normal"),
        (1, "sigmoid", glorot),
    ]
    assert [row[2] for row in dense(presets()["S5b"])][::2] == ["variance_scaling", "variance_scaling", glorot]
    assert dense(presets()["S6"]) == [(4, "relu", glorot)] * 3 + [(3, "softmax", glorot)]
    assert dense(presets()["S7"]) == [(4, "sigmoid", glorot)] * 3 + [(3, "softmax", glorot)]
    assert dense(presets()["S7b"]) == dense(presets()["S7"])


def test_batch_normalization_stands_before_the_last_hidden_layer() -> None:
    assert [layer.type for layer in layout(presets()["S6"].spec)] == [
        "dense",
        "dense",
        "batch_normalization",
        "dense",
        "dense",
    ]


def test_optimizers() -> None:
    for name in ("S1", "S2", "S3", "S4"):
        optimizer: Any = presets()[name].spec.training.optimizer
        assert (optimizer.type, optimizer.learning_rate, optimizer.momentum) == ("sgd", 0.01, 0.9)
    for name in ("S5", "S5b", "S6", "S7", "S7b"):
        optimizer = presets()[name].spec.training.optimizer
        assert (optimizer.type, optimizer.learning_rate, optimizer.momentum) == ("sgd", 0.01, 0)
    assert presets()["S7"].spec.training.optimizer.clipnorm == 1
    assert presets()["S7b"].spec.training.optimizer.clipvalue == 0.5


def test_only_the_spirals_have_no_validation() -> None:
    without = {name for name, preset in presets().items() if preset.spec.training.validation is None}
    assert without == {"S5", "S5b"}
