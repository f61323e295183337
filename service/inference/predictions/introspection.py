"""Computes what happens inside a network: every layer's output, and the gradient of the answer by each input.

Computed in float64 from the weights themselves, not by LiteRT, whose float32 answers differ by round-off.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.graphs.network import TracedNetwork
from models.graphs.numeric import evaluate, gradient
from models.reading import UNDECIDED, classes_of
from models.signature import Signature
from service.errors import Invalid, RequestViolation
from service.inference.networks.preprocessing import Rows, transform
from service.inference.networks.scaler_gradients import gradients
from service.inference.predictions.options import Include, PredictionOptions
from service.inference.predictions.view import labels_of, non_finite

MOST_NUMBERS = 1_000_000  # of all layers and rows together, and of the gradient

Floats = NDArray[np.float64]


def introspect(network: TracedNetwork, signature: Signature, rows: Rows, options: PredictionOptions) -> dict[str, Any]:
    """Compute the members of an answer that the options include.

    Args:
        network: the network, behind its scaler.
        signature: its scaler, and how to read its output.
        rows: (N, D) float64 in raw units.
        options: what to include.

    Raises:
        Invalid: these would be more than ``MOST_NUMBERS`` numbers.
    """
    _refuse_many(network, len(rows), options)
    with np.errstate(over="ignore"):
        scaled = transform(signature.scaler, rows).astype(np.float32)
    values = evaluate(network.graph, scaled)
    members: dict[str, Any] = {}
    if Include.ACTIVATIONS in options.include:
        members["activations"] = [
            {"layer": placed.name, "type": placed.type, "values": values[at], "non_finite": non_finite(values[at])}
            for placed, at in network.layers
        ]
    if Include.INPUT_GRADIENT in options.include:
        members["input_gradient"] = _input_gradient(network, signature, rows, values, options)
    return members


def _refuse_many(network: TracedNetwork, rows: int, options: PredictionOptions) -> None:
    width = sum(placed.output_shape[1] for placed, _ in network.layers)  # each is computed, shown or not
    if Include.INPUT_GRADIENT in options.include:
        width += network.n_features * network.units
    if rows * width > MOST_NUMBERS:
        detail = f"{rows} rows take {rows * width} numbers, the limit is {MOST_NUMBERS}: {MOST_NUMBERS // width} rows"
        raise Invalid.of([RequestViolation("", detail, parameter="include")])


def _input_gradient(
    network: TracedNetwork, signature: Signature, rows: Rows, values: list[Any], options: PredictionOptions
) -> dict[str, Any]:
    slopes = gradients(signature.scaler, rows)
    read: Floats = values[network.read]
    if not signature.shares:
        each = [gradient(network.graph, values, network.read, _unit(read, k)) for k in range(read.shape[1])]
        derived = np.stack(each, axis=1) * slopes[:, None, :]
        shown = derived[:, 0] if read.shape[1] == 1 else derived
        return {"of": None, "values": shown, "non_finite": non_finite(derived.reshape(len(rows), -1))}
    chosen = options.class_index(signature)
    classes = classes_of(signature, values[network.output]) if chosen is None else np.full(len(rows), chosen)
    # One unit is the probability of the second class; that of the first falls as it rises.
    second = np.where(classes == 1, 1.0, -1.0)[:, None]
    direction = second if read.shape[1] == 1 else np.eye(read.shape[1])[classes]
    derived = gradient(network.graph, values, network.read, direction) * slopes
    derived[classes == UNDECIDED] = np.nan
    return {"of": labels_of(signature, classes), "values": derived, "non_finite": non_finite(derived)}


def _unit(like: Floats, column: int) -> Floats:
    direction = np.zeros_like(like)
    direction[:, column] = 1.0
    return direction
