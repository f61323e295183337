"""What happens inside a network: the output of every layer, and what each input does to the answer.

Computed in float64 from the weights themselves, not by LiteRT, whose float32 answers differ by round-off.
"""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from models.graphs.network import TracedNetwork
from models.graphs.numeric import evaluate, gradient
from models.reading import classes_of
from models.signature import Signature
from service.errors import Invalid, RequestViolation
from service.inference.networks.preprocessing import Rows, transform
from service.inference.networks.scaler_gradients import gradients
from service.inference.predictions.options import Include, PredictionOptions
from service.inference.predictions.view import Label, NonFiniteOutput, non_finite

MOST_NUMBERS = 1_000_000  # of all layers and rows together, and of the gradient

Floats = NDArray[np.float64]


class LayerActivations(BaseModel):
    """What one layer makes of each row."""

    layer: Annotated[str, Field(examples=["dense_1"])]
    type: str
    values: Annotated[list[list[float | None]], Field(description="A list for each row, a number for each unit.")]
    non_finite: list[NonFiniteOutput]


class InputGradient(BaseModel):
    """How the answer changes with each raw number of a row."""

    of: Annotated[
        list[Label] | None,
        Field(description="For each row the class whose probability is derived; null: the value or margin is."),
    ]
    values: Annotated[
        list[list[float | None]] | list[list[list[float | None]]],
        Field(
            description=(
                "A number for each column, in the answer's unit by the column's raw unit; a list of them for each "
                "output if there are several values."
            )
        ),
    ]
    non_finite: Annotated[list[NonFiniteOutput], Field(description="`output` counts the numbers of a row.")]


def introspect(network: TracedNetwork, signature: Signature, rows: Rows, question: PredictionOptions) -> dict[str, Any]:
    """The members of an answer that a question wants included.

    Args:
        network: the network, behind its scaler.
        signature: its scaler, and how to read its output.
        rows: (N, D) float64 in raw units.
        question: what to include.

    Raises:
        Invalid: these would be more than ``MOST_NUMBERS`` numbers.
    """
    _refuse_many(network, len(rows), question)
    with np.errstate(over="ignore"):
        scaled = transform(signature.scaler, rows).astype(np.float32)
    values = evaluate(network.graph, scaled)
    told: dict[str, Any] = {}
    if Include.ACTIVATIONS in question.include:
        told["activations"] = [
            {"layer": placed.name, "type": placed.type, "values": values[at], "non_finite": non_finite(values[at])}
            for placed, at in network.layers
        ]
    if Include.INPUT_GRADIENT in question.include:
        told["input_gradient"] = _input_gradient(network, signature, rows, values, question)
    return told


def _refuse_many(network: TracedNetwork, rows: int, question: PredictionOptions) -> None:
    width = sum(placed.output_shape[1] for placed, _ in network.layers)  # each is computed, told or not
    if Include.INPUT_GRADIENT in question.include:
        width += network.n_features * network.units
    if rows * width > MOST_NUMBERS:
        detail = f"{rows} rows take {rows * width} numbers, the limit is {MOST_NUMBERS}: {MOST_NUMBERS // width} rows"
        raise Invalid.of([RequestViolation("", detail, parameter="include")])


def _input_gradient(
    network: TracedNetwork, signature: Signature, rows: Rows, values: list[Any], question: PredictionOptions
) -> dict[str, Any]:
    steepness = gradients(signature.scaler, rows)
    read: Floats = values[network.read]
    match signature.output:
        case "value" | "margin":
            each = [gradient(network.graph, values, network.read, _unit(read, k)) for k in range(read.shape[1])]
            derived = np.stack(each, axis=1) * steepness[:, None, :]
            shown = derived[:, 0] if read.shape[1] == 1 else derived
            return {"of": None, "values": shown, "non_finite": non_finite(derived.reshape(len(rows), -1))}
        case _:
            chosen = question.class_index(signature)
            classes = classes_of(signature, values[network.output]) if chosen is None else np.full(len(rows), chosen)
            if read.shape[1] == 1:  # the probability of the second class; that of the first falls as it rises
                direction = np.where(classes == 1, 1.0, -1.0)[:, None]
            else:
                direction = np.eye(read.shape[1])[classes]
            assert signature.classes is not None
            derived = gradient(network.graph, values, network.read, direction) * steepness
            of = [signature.classes[index] for index in classes.tolist()]
            return {"of": of, "values": derived, "non_finite": non_finite(derived)}


def _unit(like: Floats, column: int) -> Floats:
    direction = np.zeros_like(like)
    direction[:, column] = 1.0
    return direction
