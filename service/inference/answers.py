"""A network's raw outputs as what a client asked for: classes, probabilities, values."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from models.reading import classes_of, probabilities
from models.signature import Signature

Label = int | float | str | bool | None


class NonFiniteOutput(BaseModel):
    """An output that JSON cannot hold; the members that depend on it are null in this row."""

    row: int
    output: int
    value: str


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
    """A :class:`Predictions` as a document.

    Args:
        signature: how to read the outputs.
        outputs: (N, K) the network's raw answers.
    """
    finite = np.isfinite(outputs)
    return {
        "classes": _classes(signature, outputs),
        "probabilities": probabilities(signature, outputs),
        "values": _values(signature, outputs),
        "non_finite": [
            {"row": int(row), "output": int(column), "value": _name(float(outputs[row, column]))}
            for row, column in zip(*np.nonzero(~finite), strict=True)
        ],
    }


def _classes(signature: Signature, outputs: NDArray[np.float32]) -> list[Label] | None:
    if signature.classes is None:
        return None
    indices = classes_of(signature, outputs).tolist()
    known: list[bool] = np.isfinite(outputs.sum(axis=1)).tolist()
    return [signature.classes[index] if sure else None for index, sure in zip(indices, known, strict=True)]


def _values(signature: Signature, outputs: NDArray[np.float32]) -> NDArray[np.float64] | None:
    if signature.output not in {"value", "margin"}:
        return None
    values = outputs.astype(np.float64)
    return values[:, 0] if signature.units == 1 else values


def _name(value: float) -> str:
    return "nan" if np.isnan(value) else "inf" if value > 0 else "-inf"
