"""Builds the small specs that diagnoses carry as examples: one data set, one sound network, and changes of either.

Each training takes well under a second, and many specimens share a shape, so that they share a compiled program.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

Document = dict[str, Any]

ADAM: Final[Document] = {"type": "adam", "learning_rate": 0.01}
OUTPUT: Final[Document] = {"type": "dense", "units": 1, "activation": "sigmoid"}
VALUE: Final[Document] = {"type": "dense", "units": 1}
SHAPED: Final[Document] = {"n_features": 2, "n_redundant": 0}  # a classification with as many columns as the moons


def table(source: str = "moons", **arguments: Any) -> Document:
    """200 rows, of which 150 train; by default two moons."""
    if source == "moons":
        arguments = {"noise": 0.2, **arguments}
    return {
        "source": {"type": source, "n_samples": 200, "random_state": 3, **arguments},
        "scaler": "standard",
        "split": {"type": "random", "test_size": 0.25, "random_state": 0},
    }


def dense(activation: Any = "relu", initializer: Any = "he_normal", **fields: Any) -> Document:
    """A layer, by default of eight units."""
    return {"type": "dense", "units": 8, "activation": activation, "kernel_initializer": initializer, **fields}


def adam(rate: Any) -> Document:
    """The optimizer with another learning rate, or a schedule."""
    return {**ADAM, "learning_rate": rate}


def specimen(layers: Sequence[Any] | None = None, data: Document | None = None, **training: Any) -> Document:
    """A whole job; what is not given is that of the sound network.

    Args:
        layers: all of them; by default two hidden layers and a sigmoid output.
        data: by default the moons.
        training: goes over the training part.
    """
    return {
        "data": table() if data is None else data,
        "architecture": {"layers": [dense(repeat=2), OUTPUT] if layers is None else list(layers)},
        "training": {
            "optimizer": ADAM,
            "loss": "binary_crossentropy",
            "metrics": ["accuracy"],
            "epochs": 40,
            "batch_size": 32,
            "validation": None,
            **training,
        },
        "seed": 1,
    }
