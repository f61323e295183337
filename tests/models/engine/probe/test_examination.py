"""What is measured of the trained network agrees with plain gradients, and measuring changes nothing."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.engine.data.dataset import Dataset, load
from models.engine.network.architecture import Network, build
from models.engine.probe import examination
from models.engine.probe.examination import answers, examine
from models.signature import Signature
from models.specs.check import parse
from models.specs.job import TrainingJobSpec
from tests.models.engine.documents import circles, with_layers

LAYERS: list[Any] = [
    {"type": "dense", "units": 4, "use_bias": False},
    "batch_normalization",
    {"type": "activation", "activation": "relu"},
    {"type": "residual", "layers": [{"type": "dense", "units": 4, "activation": "tanh"}]},
    {"type": "dropout", "rate": 0.5},
    {"type": "dense", "units": 1, "activation": "sigmoid"},
]


def built(document: dict[str, Any]) -> tuple[TrainingJobSpec, Network, Dataset]:
    spec = parse(document)
    dataset = load(spec)
    return spec, build(spec, dataset.features.shape[1]), dataset


def examined(spec: TrainingJobSpec, network: Network, dataset: Dataset) -> dict[str, Any]:
    train = slice(0, dataset.train_rows)
    found = examine(spec, network, dataset.scaled[train], dataset.targets.encoded[train])
    assert found is not None
    return found


def test_noise_is_that_of_the_gradients_of_single_rows() -> None:
    spec, network, dataset = built(with_layers(circles(), *LAYERS))
    found = examine(spec, network, dataset.scaled[:40], dataset.targets.encoded[:40])
    assert found is not None
    assert found["rows"] == 40
    weights = [weight.value for layer in network.kernels for weight in layer.trainable_weights]
    rows = []
    for row in range(40):
        at = slice(row, row + 1)
        with tf.GradientTape() as tape:
            output = network.model(dataset.scaled[at], training=False)
            loss = keras.losses.BinaryCrossentropy()(dataset.targets.encoded[at], output)
        rows.append([np.ravel(gradient) for gradient in tape.gradient(loss, weights)])
    whole = np.asarray([np.concatenate(row) for row in rows], np.float64)
    mean = whole.mean(axis=0)
    assert found["noise_scale"] == pytest.approx(whole.var(axis=0).sum() / np.square(mean).sum(), rel=1e-3)
    first = np.asarray([row[0] for row in rows], np.float64)
    told = first.var(axis=0) > 0
    ratio = np.square(first.mean(axis=0))[told] / first.var(axis=0)[told]
    assert found["signal_to_noise"]["dense"] == pytest.approx(ratio.mean(), rel=1e-3)


def test_the_loss_is_that_of_keras_with_averages_and_with_the_batch() -> None:
    spec, network, dataset = built(with_layers(circles(), *LAYERS))
    before = [np.asarray(variable.value) for variable in network.variables]
    found = examined(spec, network, dataset)
    for old, variable in zip(before, network.variables, strict=True):
        np.testing.assert_array_equal(old, variable.value)
    x, y = dataset.scaled[: dataset.train_rows], dataset.targets.encoded[: dataset.train_rows]
    loss = keras.losses.BinaryCrossentropy()
    assert found["loss"] == pytest.approx(float(loss(y, network.model(x, training=False))), rel=1e-5)
    normalization = network.nodes[1]
    entered = network.nodes[0](x).numpy()
    normalization.moving_mean.assign(entered.mean(axis=0))
    normalization.moving_variance.assign(entered.var(axis=0))
    assert found["batch_loss"] == pytest.approx(float(loss(y, network.model(x, training=False))), rel=1e-4)
    assert examined(spec, network, dataset)["running_variance"] == {
        "batch_normalization": pytest.approx(float(np.median(entered.var(axis=0))), rel=1e-5)
    }


@pytest.mark.parametrize("separate", [False, True])
def test_a_unit_is_dead_if_no_training_row_activates_it(*, separate: bool) -> None:
    hidden: list[Any] = [{"type": "dense", "units": 4, **({} if separate else {"activation": "relu"})}]
    hidden += [{"type": "activation", "activation": "relu"}] if separate else []
    spec, network, dataset = built(with_layers(circles(), *hidden, {"type": "dense", "units": 1}))
    kernel = network.kernels[0]
    x = dataset.scaled[: dataset.train_rows]
    kernel.kernel.assign(np.asarray([[1, 1, 1, 1], [0, 0, 0, 0]], np.float32))
    least = float(np.partition(x[:, 0], -2)[-2])
    # Above every row; between the greatest row and the next; far below.
    kernel.bias.assign(np.asarray([-5.0, -5.0, -least, 5.0], np.float32))
    assert examined(spec, network, dataset)["dead"] == {"dense": 0.5, "dense_1": 0.0}


def test_a_network_that_is_not_finite_is_not_examined() -> None:
    spec, network, dataset = built(circles())
    network.kernels[0].kernel.assign(np.full((2, 5), np.nan, np.float32))
    assert examine(spec, network, dataset.scaled, dataset.targets.encoded) is None


def test_of_many_rows_some_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "MOST_ROWS", 100)
    spec, network, dataset = built(circles())
    found = examined(spec, network, dataset)
    assert found["rows"] == 100
    # A mean over a part of the rows has noise in it, which is taken off: the scale is that of all rows, or so.
    assert found["noise_scale"] is None or found["noise_scale"] > 0


def test_answers_are_counted() -> None:
    spec, _, dataset = built(circles())
    described = Signature.of(spec, dataset.names, dataset.scaler)
    encoded = np.zeros((4, 1), np.float32)
    outputs = np.asarray([[0.1], [0.9], [0.8], [0.7]], np.float32)
    assert answers(described, outputs, encoded) == {"class_counts": [1, 3], "std_ratio": None}


def test_values_are_compared_with_the_spread_of_the_targets() -> None:
    document = with_layers(circles(), {"type": "dense", "units": 1})
    document["data"] = {"source": {"type": "linear", "n_features": 2}, "scaler": None, "split": None}
    document["training"] |= {"loss": "mse", "metrics": []}
    spec, _, dataset = built(document)
    described = Signature.of(spec, dataset.names, dataset.scaler)
    encoded = dataset.targets.encoded
    assert answers(described, (encoded / 4 + 7).astype(np.float32), encoded)["std_ratio"] == pytest.approx(
        0.25, rel=1e-4
    )
    assert answers(described, encoded, np.ones_like(encoded))["std_ratio"] is None
