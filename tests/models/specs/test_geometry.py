"""Shapes, names and parameters against networks that Keras builds."""

from __future__ import annotations

from typing import Any

import keras
import pytest

from models.diagnoses.spec_check import check_spec
from models.specs.check import parse
from models.specs.geometry import cost, layout
from models.specs.job import TrainingJobSpec
from models.specs.layers import LayerBase, Residual
from models.specs.spec import Component
from tests.models.specs.documents import changed, circles, small


def build(spec: TrainingJobSpec) -> list[Any]:
    """The Keras layers of ``spec``, each called, in the order in which a program would write them."""
    keras.backend.clear_session()

    def made(value: Any) -> Any:
        return value.type_name() if isinstance(value, Component) else value

    def place(layers: tuple[LayerBase, ...], x: Any) -> Any:
        for layer in layers:
            for _ in range(layer.repeat):
                if isinstance(layer, Residual):
                    inner = place(layer.layers, x)
                    built.append(keras.layers.Add())
                    x = built[-1]([x, inner])
                else:
                    kind = getattr(keras.layers, layer.target.rpartition(".")[2])
                    built.append(kind(**{name: made(value) for name, value in layer.arguments().items()}))
                    x = built[-1](x)
        return x

    built: list[Any] = []
    place(spec.architecture.layers, keras.Input((spec.data.source.columns(),)))
    return built


EVERYTHING = [
    {"type": "dense", "units": 5, "repeat": 3},
    "batch_normalization",
    {"type": "batch_normalization", "scale": False, "repeat": 2},
    {"type": "residual", "layers": [{"type": "dense", "units": 7}, "relu", {"type": "dense", "units": 5}], "repeat": 2},
    "layer_normalization",
    {"type": "layer_normalization", "center": False, "scale": False},
    {"type": "activation", "activation": "gelu"},
    {"type": "dropout", "rate": 0.1},
    {"type": "alpha_dropout", "rate": 0.1},
    {"type": "gaussian_noise", "stddev": 0.1},
    {"type": "gaussian_dropout", "rate": 0.1, "repeat": 2},
    "leaky_relu",
    {"type": "prelu", "repeat": 2},
    "elu",
    {"type": "residual", "layers": [{"type": "residual", "layers": ["prelu"]}, "elu"]},
    "relu",
    {"type": "dense", "units": 3, "use_bias": False},
    "softmax",
]


@pytest.mark.parametrize("layers", [EVERYTHING, circles()["architecture"]["layers"]], ids=["everything", "contract"])
def test_is_what_keras_builds(layers: list[Any]) -> None:
    source = "iris" if layers is EVERYTHING else "circles"
    spec = parse(changed(small(source, 3, "binary_crossentropy"), "/architecture/layers", layers))
    placed, built = layout(spec), build(spec)
    assert [layer.name for layer in placed] == [layer.name for layer in built]
    assert [layer.parameters for layer in placed] == [layer.count_params() for layer in built]
    assert [list(layer.output_shape) for layer in placed] == [list(layer.output.shape) for layer in built]
    for ours, theirs in zip(placed, built, strict=True):
        assert ours.trainable == sum(int(keras.ops.size(weight)) for weight in theirs.trainable_weights)
        if ours.fan_in is not None:
            assert theirs.kernel.shape == (ours.fan_in, ours.fan_out)


def test_paths_lead_to_the_layer() -> None:
    spec = parse(changed(small("iris", 3, "mse"), "/architecture/layers", EVERYTHING))
    for layer in layout(spec):
        value: Any = spec
        for key in layer.path:
            value = value[key] if isinstance(key, int) else getattr(value, key)
        assert value is layer.spec
        assert layer.type == value.type


def test_cost() -> None:
    price = cost(parse(changed(circles(), "/data/split/train_size", 510)))
    assert price.steps == 500 * 16
    assert price.flops == 6 * 141 * 510 * 500


def test_check_of_the_contract() -> None:
    result = check_spec(circles())
    assert result.valid
    assert result.errors == []
    assert result.parameters is not None
    assert result.parameters.model_dump() == {"total": 141, "trainable": 141, "non_trainable": 0}
    assert result.layers is not None
    assert result.layers[-1].model_dump() == {
        "name": "dense_5",
        "type": "dense",
        "output_shape": [None, 1],
        "parameters": 6,
        "fan_in": 5,
        "fan_out": 1,
    }
    codes = [finding.code for finding in result.warnings]
    assert codes == ["one_sided_initialization", "test_rows_seen", "test_rows_seen"]
    assert result.cost is not None
    assert result.cost.steps == 8000
