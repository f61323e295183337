"""What is trained in ``benchmarks.training``: the notebook's networks, two larger ones, and a crowd of small ones."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

from models.presets import presets

Document = dict[str, Any]

NOTEBOOK = ("S1", "S2", "S3", "S4", "S5", "S6", "S7")
LARGER = ("wide", "large")
MIXED = ("relu", "tanh", "sigmoid", "selu", "elu", "softplus")


def clusters(name: str, train_rows: int, n_features: int, units: int, batch_size: int, epochs: int) -> Document:
    """Two classes of clusters, three wide ReLU layers, Adam; a tenth more rows for the test."""
    return {
        "name": name,
        "data": {
            "source": {
                "type": "classification",
                "n_samples": train_rows + train_rows // 10,
                "n_features": n_features,
                "n_informative": n_features // 4,
                "n_redundant": n_features // 4,
                "random_state": 1,
            },
            "scaler": {"type": "standard", "fit_on": "train"},
            "split": {"type": "head", "train_size": train_rows},
        },
        "architecture": {
            "layers": [
                {
                    "type": "dense",
                    "units": units,
                    "activation": "relu",
                    "kernel_initializer": "he_uniform",
                    "repeat": 3,
                },
                {"type": "dense", "units": 1, "activation": "sigmoid"},
            ]
        },
        "training": {
            "optimizer": "adam",
            "loss": "binary_crossentropy",
            "metrics": ["accuracy"],
            "epochs": epochs,
            "batch_size": batch_size,
        },
        "seed": 1,
    }


def document(name: str, *, quick: bool) -> Document:
    """The job of a row; ``quick`` trains a tenth as long, and the larger ones on a tenth of the rows."""
    share = 10 if quick else 1
    match name:
        case "wide":
            return clusters(name, 20_000 // share, 64, 256, 128, 5)
        case "large":
            return clusters(name, 200_000 // share, 100, 512, 256, 2)
    job = copy.deepcopy(presets()[name].document)
    if quick:
        job["training"]["epochs"] = 50
    return job


def crowd(count: int, epochs: int) -> Iterator[Document]:
    """Networks of the notebook's size on its circles, no two alike; the same ones every time."""
    draw = random.Random(1)  # noqa: S311 - nobody guesses at a benchmark
    for number in range(count):
        job = copy.deepcopy(presets()["S3"].document)
        hidden = [
            {"type": "dense", "units": draw.randint(2, 40), "activation": draw.choice(MIXED)}
            for _ in range(draw.randint(1, 10))
        ]
        job["name"] = f"network {number}"
        job["architecture"]["layers"] = [*hidden, {"type": "dense", "units": 1, "activation": "sigmoid"}]
        job["training"]["epochs"] = epochs
        yield job
