"""The mistakes themselves: each changes a spec in place and says whether it could be made there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.diagnosis.reference import rows
from benchmarks.networks import Document

RATES = ("learning_rate", "initial_learning_rate", "warmup_target", "end_learning_rate")
UNITS_RANGE = 1e4  # between the smallest and the largest unit of unscaled columns
STACK = 8  # sigmoid layers, at least
DEEP = 10  # ReLU layers with tiny weights, at least
NARROW = 32  # units of such a layer, at most
L2 = 1.0


def rate_times(factor: float) -> Callable[[Document, int], bool]:
    """The learning rate, and every rate of a schedule, times ``factor``."""

    def seed(document: Document, number: int) -> bool:
        del number
        optimizer = document["training"]["optimizer"]
        schedule = optimizer["learning_rate"]
        for place in (optimizer, schedule):
            if isinstance(place, dict):
                for name in RATES:
                    if isinstance(place.get(name), float):
                        place[name] *= factor
        if isinstance(schedule, dict) and "values" in schedule:
            schedule["values"] = [factor * value for value in schedule["values"]]
        return True

    return seed


def wrong_loss(document: Document, number: int) -> bool:
    """A loss for another kind of target or output."""
    training = document["training"]
    match kind(document):
        case "regression":
            training["loss"] = ("binary_crossentropy", "hinge", "poisson")[number % 3]
        case "binary":
            training["loss"] = ("hinge", {"type": "binary_crossentropy", "from_logits": True}, "squared_hinge")[
                number % 3
            ]
        case _:
            training["loss"] = ("hinge", "mae", "mape")[number % 3]
    return True


def wrong_output(document: Document, number: int) -> bool:
    """An activation of the output layer whose range is not that of the targets."""
    output = document["architecture"]["layers"][-1]
    match kind(document):
        case "regression":
            output["activation"] = ("sigmoid", "softmax", "tanh", "relu")[number % 4]
        case "binary":
            output["activation"] = ("relu", "softmax", "tanh", "linear")[number % 4]
        case _:
            output["activation"] = ("relu", "tanh", "linear")[number % 3]
    return True


def equal_kernels(document: Document, number: int) -> bool:
    """All weights of every kernel alike: zero, or a constant."""
    chosen = "zeros" if number % 2 == 0 else {"type": "constant", "value": 0.1}
    for layer in kernels(document):
        layer["kernel_initializer"] = chosen
    return not mixed(document)


def sigmoid_stack(document: Document, number: int) -> bool:
    """Sigmoid layers, one behind the other."""
    del number
    depth, units = max(STACK, len(list(kernels(document))) - 1), first_units(document)
    stack(document, {"type": "dense", "units": units, "activation": "sigmoid", "repeat": depth})
    return True


def tiny_weights(document: Document, number: int) -> bool:
    """Deep ReLU layers with weights between -0.05 and 0.05."""
    del number
    depth, units = max(DEEP, len(list(kernels(document))) - 1), min(NARROW, first_units(document))
    layer = {"type": "dense", "units": units, "activation": "relu", "repeat": depth}
    stack(document, {**layer, "kernel_initializer": {"type": "random_uniform", "minval": -0.05, "maxval": 0.05}})
    return True


def unscaled(document: Document, number: int) -> bool:
    """No scaler, and columns in units that differ ten-thousandfold."""
    del number
    made = rows(document)
    factors = np.geomspace(1.0, UNITS_RANGE, made.features.shape[1])
    inline(document, made.features * factors, made.labels, made.train)
    document["data"]["scaler"] = None
    return True


def shuffled(document: Document, number: int) -> bool:
    """Each row with the target of another one."""
    made = rows(document)
    order = np.random.default_rng(number).permutation(len(made.labels))
    inline(document, made.features, made.labels[order], made.train)
    return True


def few_epochs(document: Document, number: int) -> bool:
    """A fortieth of the epochs; schedules do not know."""
    del number
    training = document["training"]
    training["epochs"] = max(1, training["epochs"] // 40)
    return True


def strong_l2(document: Document, number: int) -> bool:
    """An L2 penalty on every kernel that is a thousand times the usual one or more."""
    del number
    for layer in kernels(document):
        layer["kernel_regularizer"] = {"type": "l2", "l2": L2}
    return True


def kind(document: Document) -> str:
    """What the output is for: ``regression``, ``binary`` or ``classes``."""
    activation = document["architecture"]["layers"][-1].get("activation")
    return {None: "regression", "sigmoid": "binary"}.get(activation, "classes")


def kernels(document: Document) -> Iterator[Document]:
    """Every dense layer of the spec as it is written, the output last."""
    for layer in document["architecture"]["layers"]:
        if layer["type"] == "dense":
            yield layer
        yield from (inner for inner in layer.get("layers", ()) if inner["type"] == "dense")


def first_units(document: Document) -> int:
    """Units of the first hidden layer."""
    return int(next(kernels(document))["units"])


def mixed(document: Document) -> bool:
    """Whether something tells the units of a layer apart although their weights are equal: dropout."""
    return any(layer["type"] == "dropout" for layer in document["architecture"]["layers"])


def stack(document: Document, layer: Document) -> None:
    """Put ``layer`` in the place of all hidden ones."""
    layers = document["architecture"]["layers"]
    layers[:-1] = [layer]


def inline(document: Document, features: NDArray[np.float64], labels: NDArray[np.float64], train: int) -> None:
    """Put rows in the place of a source; training rows come first."""
    regression = kind(document) == "regression"
    targets: list[Any] = [float(f"{value:.7g}") for value in labels] if regression else [int(label) for label in labels]
    document["data"]["source"] = {
        "type": "inline",
        "features": [[float(f"{value:.7g}") for value in row] for row in features],
        "targets": targets,
        "task": "regression" if regression else "classification",
    }
    document["data"]["split"] = {"type": "head", "train_size": train}
