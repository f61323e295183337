"""Builds documents to start from, and changes one value of them."""

from __future__ import annotations

import copy
from typing import Any, Final

from models.pointers import tokens

REMOVED: Final = object()


def circles() -> dict[str, Any]:
    """The job of the HTTP contract."""
    return {
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
            ],
            "init_sharing": "independent",
        },
        "training": {
            "optimizer": {"type": "sgd", "learning_rate": 0.01, "momentum": 0.9},
            "loss": "binary_crossentropy",
            "metrics": ["accuracy"],
            "epochs": 500,
            "batch_size": 32,
            "shuffle": True,
            "early_stopping": None,
            "class_weight": None,
        },
        "diagnostics": {"probe_size": 256, "every": 1},
        "seed": 1,
        "labels": {"course": "dl-2026"},
    }


def small(source: Any, units: int, loss: Any, **training: Any) -> dict[str, Any]:
    """A job with as little as there can be: a hidden layer of three units and an output of ``units``."""
    return {
        "data": {"source": source},
        "architecture": {
            "layers": [{"type": "dense", "units": 3, "activation": "tanh"}, {"type": "dense", "units": units}]
        },
        "training": {"loss": loss, "epochs": 2, **training},
    }


def inline(targets: list[Any], units: int = 1, loss: Any = "mse", **source: Any) -> dict[str, Any]:
    """A job on a table of two columns with these targets."""
    features = [[float(i), float(i * i % 7)] for i in range(len(targets))]
    return small({"type": "inline", "features": features, "targets": targets, **source}, units, loss)


def changed(document: Any, pointer: str, value: Any) -> Any:
    """A copy of ``document`` with another value at ``pointer``, or none for ``REMOVED``."""
    new = copy.deepcopy(document)
    *way, last = tokens(pointer)
    place = new
    for key in way:
        place = place[int(key)] if isinstance(place, list) else place[key]
    if value is REMOVED:
        del place[int(last) if isinstance(place, list) else last]
    elif isinstance(place, list):
        index = len(place) if last == "-" else int(last)
        place[index : index + 1] = [value]
    else:
        place[last] = value
    return new
