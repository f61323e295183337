"""What Keras writes of our networks is read as the same spec: every component, and all ways to say it."""

from __future__ import annotations

import json
from typing import Any

import keras
import pytest

from models.engine.instantiate import instantiate
from models.engine.network.architecture import build
from models.keras_config import import_keras
from models.specs.architecture import ArchitectureSpec
from models.specs.job import TrainingJobSpec
from models.specs.layers import LayerBase, Residual
from models.specs.metrics import Accuracy, MetricBase
from models.specs.schedules import ScheduleBase
from models.specs.training import TrainingSpec
from tests.models.keras_config.specs import ALL_LOSSES, ALL_METRICS, NETWORKS, OPTIMIZERS, SCHEDULES, every, job

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _prepared() -> None:
    """As a child does: whatever else trains in this process has asked for one thread, too."""
    from models.engine.startup import prepare

    prepare(threads=1, cache_dir=None)


def parts(layers: list[Any], **training: Any) -> tuple[Any, TrainingSpec]:
    """A Keras model of these layers, and the training part; not checked as a whole, where an output would matter."""
    spec = TrainingJobSpec.model_validate(job(layers, **training))
    return build(spec, 4).model, spec.training


def unrolled(layers: tuple[LayerBase, ...]) -> list[dict[str, Any]]:
    """Layers as an import writes them: each for itself, and no activation where it is linear."""
    found: list[dict[str, Any]] = []
    for layer in layers:
        document = layer.model_dump(mode="json") | {"repeat": 1}
        if isinstance(layer, Residual):
            document["layers"] = unrolled(layer.layers)
        elif layer.type == "dense" and document["activation"] == {"type": "linear"}:
            document["activation"] = None
        found += [document] * layer.repeat
    return found


@pytest.mark.parametrize("name", NETWORKS)
def test_architectures(name: str) -> None:
    model, _ = parts(NETWORKS[name])
    found = import_keras(model.to_json())
    expected = ArchitectureSpec.model_validate({"layers": NETWORKS[name]})
    assert [layer.model_dump(mode="json") for layer in found.architecture.layers] == unrolled(expected.layers)
    assert found.n_features == 4
    assert import_keras(json.loads(model.to_json())) == found


def test_every_layer_is_tried() -> None:
    assert {layer["type"] for layer in every(LayerBase)} <= {
        layer["type"] for layers in NETWORKS.values() for layer in layers
    }
    assert {schedule["type"] for schedule in every(ScheduleBase)} == {schedule["type"] for schedule in SCHEDULES}


def compiled(training: TrainingSpec, model: Any) -> dict[str, Any]:
    """The model, compiled as ``training`` says; what Keras writes of it."""

    def metric(chosen: MetricBase) -> Any:
        return "accuracy" if isinstance(chosen, Accuracy) else instantiate(chosen)

    model.compile(
        optimizer=instantiate(training.optimizer),
        loss=instantiate(training.loss),
        metrics=[metric(chosen) for chosen in training.metrics],
    )
    config: dict[str, Any] = json.loads(json.dumps(model.get_compile_config()))
    assert json.loads(model.to_json())["compile_config"] == config
    return config


def test_optimizers_losses_and_metrics() -> None:
    """On one model, compiled over and over."""
    model, _ = parts(NETWORKS["blocks"])
    architecture = model.to_json()
    for optimizer in OPTIMIZERS:
        training = TrainingSpec.model_validate({"optimizer": optimizer, "loss": "mse", "epochs": 1})
        found = import_keras(architecture, compiled(training, model))
        assert found.compiled.optimizer == training.optimizer
        assert import_keras(model.to_json()).compiled == found.compiled
    for loss in ALL_LOSSES:
        training = TrainingSpec.model_validate({"loss": loss, "epochs": 1})
        assert import_keras(architecture, compiled(training, model)).compiled.loss == training.loss
    for some in (ALL_METRICS[:16], ALL_METRICS[16:32], ALL_METRICS[32:]):
        training = TrainingSpec.model_validate({"loss": "mse", "metrics": some, "epochs": 1})
        assert import_keras(architecture, compiled(training, model)).compiled.metrics == training.metrics


def test_words_and_functions() -> None:
    """Keras keeps what it is given: words, and functions by their names."""
    model, _ = parts(NETWORKS["blocks"])
    model.compile("adam", loss="mean_squared_error", metrics=["mae", keras.metrics.mean_squared_error])
    found = import_keras(model.to_json()).compiled
    assert (found.optimizer, found.loss, found.metrics) == (
        TrainingSpec.model_validate({"optimizer": "adam", "loss": "mse", "epochs": 1}).optimizer,
        TrainingSpec.model_validate({"loss": "mse", "epochs": 1}).loss,
        TrainingSpec.model_validate({"loss": "mse", "metrics": ["mae", "mse"], "epochs": 1}).metrics,
    )


def test_ways_to_write_a_model() -> None:
    """Layers as activations, a skip by a plus sign, models inside models."""
    inputs = keras.Input((4,))
    x = keras.layers.Dense(4, activation=keras.layers.LeakyReLU(negative_slope=0.1))(inputs)
    x = x + keras.layers.Dense(4, kernel_initializer=keras.initializers.HeNormal(seed=keras.random.SeedGenerator(1)))(x)
    model = keras.Model(inputs, keras.layers.Dense(1)(x))
    found = import_keras(model.to_json())
    expected = [
        {"type": "dense", "units": 4, "activation": {"type": "leaky_relu", "negative_slope": 0.1}},
        {"type": "residual", "layers": [{"type": "dense", "units": 4, "kernel_initializer": "he_normal"}]},
        {"type": "dense", "units": 1},
    ]
    assert found.architecture == ArchitectureSpec.model_validate({"layers": expected})
    assert ["generator" in warning.detail for warning in found.warnings] == [True]
    inner = keras.Sequential([keras.layers.Dense(3, name="mine"), keras.layers.ReLU()])
    outer = keras.Sequential([keras.Input((4,)), inner, keras.layers.Dense(2)])
    nested = import_keras(outer.to_json())
    assert [layer.type for layer in nested.architecture.layers] == ["dense", "relu", "dense"]
    assert [warning.detail for warning in nested.warnings] == ["names of layers are not taken over"]
