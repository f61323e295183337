"""Small specs to train in tests."""

from __future__ import annotations

from typing import Any


def circles(*, epochs: int = 5, seed: int = 1, **training: Any) -> dict[str, Any]:
    """Two hidden layers on the notebook's circles; ``training`` goes over the training part."""
    return {
        "data": {
            "source": {"type": "circles", "n_samples": 300, "noise": 0.1, "random_state": 1},
            "scaler": {"type": "min_max", "feature_range": [-1, 1], "fit_on": "all"},
            "split": {"type": "head", "train_size": 150},
        },
        "architecture": {
            "layers": [
                {"type": "dense", "units": 5, "activation": "relu", "kernel_initializer": "he_uniform", "repeat": 2},
                {"type": "dense", "units": 1, "activation": "sigmoid"},
            ]
        },
        "training": {
            "optimizer": {"type": "sgd", "learning_rate": 0.01, "momentum": 0.9},
            "loss": "binary_crossentropy",
            "metrics": ["accuracy"],
            "epochs": epochs,
            "batch_size": 32,
            **training,
        },
        "seed": seed,
    }


def with_layers(document: dict[str, Any], *layers: Any) -> dict[str, Any]:
    """``document`` with other layers."""
    return {**document, "architecture": {"layers": list(layers)}}
