"""A network's raw outputs as what a client asked for: classes, probabilities, values."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from models.non_finite import named
from models.reading import classes_of, probabilities
from models.signature import Signature

Label = int | float | str | bool | None


class NonFiniteOutput(BaseModel):
    """An output that JSON cannot hold; the members that depend on it are null in this row."""

    row: int
    output: int
    value: str


class Top(BaseModel):
    """The likeliest classes of each row, the likeliest first."""

    classes: list[list[Label]]
    probabilities: list[list[float | None]]


class Predictions(BaseModel):
    """What a network says of some rows."""

    model_config = ConfigDict(frozen=True)

    classes: Annotated[list[Label] | None, Field(description="Original labels; null for a regression.")]
    probabilities: Annotated[
        list[list[float | None]] | None, Field(description="One for each class; null where the output is none.")
    ]
    values: Annotated[
        list[float | None] | list[list[float | None]] | None,
        Field(description="Of a regression, a list for each row if there are several targets; or the margin."),
    ]
    non_finite: list[NonFiniteOutput]


def document(signature: Signature, outputs: NDArray[np.float32]) -> dict[str, Any]:
    """A :class:`Predictions` as a document; its numbers are float32, as the network's are.

    Args:
        signature: how to read the outputs.
        outputs: (N, K) the network's raw answers.
    """
    shares = probabilities(signature, outputs)
    return {
        "classes": _classes(signature, outputs),
        "probabilities": None if shares is None else shares.astype(np.float32),
        "values": _values(signature, outputs),
        "non_finite": non_finite(outputs),
    }


def top(signature: Signature, outputs: NDArray[np.float32], count: int) -> dict[str, Any]:
    """A :class:`Top` as a document.

    Args:
        signature: of a network that gives probabilities.
        outputs: (N, K) the network's raw answers.
        count: how many; all where there are fewer.
    """
    shares = probabilities(signature, outputs)
    assert shares is not None
    assert signature.classes is not None
    order = np.argsort(-shares, axis=1, kind="stable")[:, :count]
    labels = [[signature.classes[index] for index in row] for row in order.tolist()]
    for row in np.flatnonzero(~np.isfinite(shares).all(axis=1)).tolist():
        labels[row] = [None] * order.shape[1]
    return {"classes": labels, "probabilities": np.take_along_axis(shares, order, axis=1).astype(np.float32)}


def non_finite(outputs: NDArray[Any]) -> list[dict[str, Any]]:
    """The numbers (N, K) that JSON cannot hold, each with its place."""
    return [{"row": row, "output": column, "value": name} for (row, column), name in named(outputs)]


def _classes(signature: Signature, outputs: NDArray[np.float32]) -> list[Label] | None:
    if signature.classes is None:
        return None
    labels = signature.classes
    predicted: list[Label] = [labels[index] for index in classes_of(signature, outputs).tolist()]
    for row in np.flatnonzero(~np.isfinite(outputs).all(axis=1)).tolist():
        predicted[row] = None
    return predicted


def _values(signature: Signature, outputs: NDArray[np.float32]) -> NDArray[np.float32] | None:
    if signature.output not in {"value", "margin"}:
        return None
    return outputs[:, 0] if signature.units == 1 else outputs
