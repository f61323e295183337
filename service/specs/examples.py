"""Example specs for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from fastapi.openapi.models import Example

DEEP_TANH: dict[str, Any] = {
    "name": "deep tanh",
    "data": {
        "source": {"type": "circles", "n_samples": 1000, "noise": 0.1, "random_state": 1},
        "scaler": {"type": "min_max", "feature_range": [-1, 1], "fit_on": "all"},
        "split": {"type": "head", "train_size": 500},
    },
    "architecture": {
        "layers": [
            {
                "type": "dense",
                "units": 5,
                "activation": "tanh",
                "repeat": 5,
                "kernel_initializer": {"type": "random_uniform", "minval": 0, "maxval": 1},
            },
            {
                "type": "dense",
                "units": 1,
                "activation": "sigmoid",
                "kernel_initializer": {"type": "random_uniform", "minval": 0, "maxval": 1},
            },
        ]
    },
    "training": {
        "optimizer": {"type": "sgd", "learning_rate": 0.01, "momentum": 0.9},
        "loss": "binary_crossentropy",
        "metrics": ["accuracy"],
        "epochs": 500,
        "batch_size": 32,
    },
    "seed": 1,
    "labels": {"course": "dl-2026"},
}

IRIS: dict[str, Any] = {
    "data": {"source": "iris", "scaler": "standard", "split": {"type": "random", "test_size": 0.2, "random_state": 1}},
    "architecture": {
        "layers": [
            {"type": "dense", "units": 8, "activation": "relu", "kernel_initializer": "he_uniform"},
            {"type": "dense", "units": 3, "activation": "softmax"},
        ]
    },
    "training": {
        "optimizer": {"type": "adam", "learning_rate": 0.01},
        "loss": "sparse_categorical_crossentropy",
        "metrics": ["accuracy"],
        "epochs": 100,
        "batch_size": 16,
    },
    "seed": 1,
}

SPEC_EXAMPLES: dict[str, Example] = {
    "deep_tanh": {"summary": "A deep tanh network whose gradients vanish", "value": DEEP_TANH},
    "iris": {"summary": "A small classifier of irises", "value": IRIS},
}
