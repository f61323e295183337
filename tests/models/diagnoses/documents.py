"""Builds specs to be judged."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]

CIRCLES: Document = {
    "source": {"type": "circles", "n_samples": 200, "noise": 0.1, "random_state": 1},
    "scaler": {"type": "min_max", "feature_range": [-1, 1]},
    "split": {"type": "random", "test_size": 0.25, "random_state": 0},
}
IRIS: Document = {"source": "iris", "scaler": "standard", "split": None}
FRIEDMAN: Document = {
    "source": {"type": "friedman1", "n_samples": 200, "random_state": 0},
    "scaler": "standard",
    "split": {"type": "random", "test_size": 0.25, "random_state": 0},
}
ADAM: Document = {"type": "adam", "learning_rate": 0.01}
SIGMOID: Document = {"type": "dense", "units": 1, "activation": "sigmoid"}


def dense(units: int, activation: Any = None, initializer: Any = None, **fields: Any) -> Document:
    """A dense layer."""
    layer: Document = {"type": "dense", "units": units, **fields}
    if activation is not None:
        layer["activation"] = activation
    if initializer is not None:
        layer["kernel_initializer"] = initializer
    return layer


def job(layers: list[Any], data: Document = CIRCLES, loss: Any = "binary_crossentropy", **training: Any) -> Document:
    """A whole job."""
    return {
        "data": data,
        "architecture": {"layers": layers},
        "training": {"loss": loss, "optimizer": ADAM, "epochs": 60, "batch_size": 32, **training},
        "seed": 1,
    }


HEALTHY = job([dense(8, "relu", "he_normal", repeat=2), SIGMOID], metrics=["accuracy"])
