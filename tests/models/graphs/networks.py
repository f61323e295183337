"""Builds networks to trace: every layer and every activation, with weights other than the first ones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.engine.data.dataset import load
from models.engine.network.architecture import Network, build
from models.graphs.network import TracedNetwork, trace
from models.signature import Signature
from models.specs.activations import ActivationBase
from models.specs.check import parse
from models.specs.job import TrainingJobSpec
from models.specs.layers import LayerBase
from models.specs.spec import concrete

GIVEN: dict[str, Any] = {
    "threshold": {"type": "threshold", "threshold": 0.1, "default_value": -0.2},
    "dropout": {"type": "dropout", "rate": 0.3},
    "alpha_dropout": {"type": "alpha_dropout", "rate": 0.3},
    "gaussian_dropout": {"type": "gaussian_dropout", "rate": 0.3},
    "gaussian_noise": {"type": "gaussian_noise", "stddev": 0.3},
    "activation": {"type": "activation", "activation": "gelu"},
}


def dense(units: int, activation: Any = None) -> dict[str, Any]:
    return {"type": "dense", "units": units, "activation": activation}


def document(layers: list[Any], scaler: Any = "standard", loss: Any = "mse") -> dict[str, Any]:
    """A regression on three columns, or a classification of three classes."""
    source = {"type": "linear", "n_samples": 30, "n_features": 3, "bias": 3.0, "random_state": 3}
    if loss != "mse":
        source = {"type": "blobs", "n_samples": 30, "centers": 3, "n_features": 3, "random_state": 3}
    return {
        "data": {"source": source, "scaler": scaler},
        "architecture": {"layers": layers},
        "training": {"loss": loss, "epochs": 1},
        "seed": 2,
    }


def every_layer() -> dict[str, Any]:
    inner = {"type": "residual", "layers": [dense(4, "tanh"), "layer_normalization", {"type": "dense", "units": 4}]}
    names = [layer.type_name() for layer in concrete(LayerBase)]
    kinds = [inner if name == "residual" else GIVEN.get(name, name) for name in names if name != "dense"]
    return document([part for kind in kinds for part in (dense(4), kind)] + [dense(1)])


def every_activation() -> dict[str, Any]:
    # Beside a skip, so that no function hides what comes before it.
    names = [activation.type_name() for activation in concrete(ActivationBase)]
    blocks = [{"type": "residual", "layers": [{**dense(4), "activation": GIVEN.get(name, name)}]} for name in names]
    return document([dense(4), *blocks, dense(1)], scaler={"type": "min_max", "clip": True})


def logits() -> dict[str, Any]:
    loss = {"type": "categorical_crossentropy", "from_logits": True}
    return document([dense(4, "tanh"), dense(3)], scaler="power", loss=loss)


DOCUMENTS = {"layers": every_layer, "activations": every_activation, "logits": logits}


@dataclass(frozen=True)
class Case:
    """A network in Keras and as a graph.

    Attributes:
        spec: the job.
        network: in Keras.
        traced: as a graph; it begins with the scaler, if that is a straight line.
        behind: as a graph that begins behind the scaler.
        features: (N, D) raw rows; ``scaled``: (N, D) what the network reads of them.
        outputs: (N, K) what Keras makes of those.
    """

    spec: TrainingJobSpec
    network: Network
    traced: TracedNetwork
    behind: TracedNetwork
    features: NDArray[np.float64]
    scaled: NDArray[np.float32]
    outputs: NDArray[np.float32]


@cache
def case(name: str) -> Case:
    spec = parse(DOCUMENTS[name]())
    dataset = load(spec)
    network = build(spec, dataset.features.shape[1])
    random = np.random.default_rng(1)
    for weight in network.model.weights:
        if weight.dtype == "float32":
            moved = np.asarray(weight.value) + random.uniform(-0.2, 0.2, weight.shape)
            weight.assign(np.abs(moved) if weight.path.endswith("variance") else moved)
    weights = {weight.path.removeprefix("network/"): np.asarray(weight.value) for weight in network.model.weights}
    signature = Signature.of(spec, dataset.names, dataset.scaler)
    outputs = np.asarray(network.model(dataset.scaled, training=False))
    traced = trace(spec, weights, signature)
    return Case(spec, network, traced, trace(spec, weights), dataset.features, dataset.scaled, outputs)
