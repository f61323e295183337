"""The jobs of the recordings, and others that tests submit."""

from __future__ import annotations

from typing import Any

HEAD = {"type": "dense", "units": 1, "activation": "sigmoid"}


def document(**changes: Any) -> dict[str, Any]:
    """A small classifier of circles; ``changes`` replace its parts."""
    return {
        "name": "small",
        "data": {
            "source": {"type": "circles", "n_samples": 120, "noise": 0.1, "random_state": 1},
            "scaler": {"type": "min_max", "feature_range": [-1, 1]},
            "split": {"type": "head", "train_size": 80},
        },
        "architecture": {"layers": [{"type": "dense", "units": 5, "activation": "tanh", "repeat": 3}, HEAD]},
        "training": {
            "optimizer": {"type": "sgd", "learning_rate": 0.1, "momentum": 0.9},
            "loss": "binary_crossentropy",
            "metrics": ["accuracy"],
            "epochs": 40,
            "batch_size": 16,
        },
        "seed": 1,
        "labels": {"course": "dl"},
    } | changes


CIRCLES = document()

IRIS = document(
    name="irises",
    data={
        "source": "iris",
        "scaler": "standard",
        "split": {"type": "random", "test_size": 0.2, "random_state": 1},
    },
    architecture={
        "layers": [
            {"type": "dense", "units": 4, "activation": "relu"},
            {"type": "batch_normalization"},
            {"type": "dense", "units": 3, "activation": "softmax"},
        ]
    },
    training={
        "optimizer": {"type": "adam", "learning_rate": 0.05},
        "loss": "categorical_crossentropy",
        "metrics": ["accuracy"],
        "epochs": 15,
        "batch_size": 10,
    },
)

DIABETES = document(
    name="diabetes",
    data={"source": "diabetes", "scaler": "power", "split": None},
    architecture={"layers": [{"type": "dense", "units": 6, "activation": "relu"}, {"type": "dense", "units": 1}]},
    training={"optimizer": "adam", "loss": "mse", "metrics": ["mae"], "epochs": 10},
    labels={},
)

DIVERGED = document(
    name="diverged",
    data={"source": {"type": "linear", "n_samples": 60, "n_features": 2, "random_state": 1}},
    architecture={"layers": [{"type": "dense", "units": 4}, {"type": "dense", "units": 1}]},
    training={"optimizer": {"type": "sgd", "learning_rate": 1e6}, "loss": "mse", "metrics": ["mae"], "epochs": 8},
    labels={},
)

RECORDED = {"circles": CIRCLES, "iris": IRIS, "diabetes": DIABETES, "diverged": DIVERGED}
