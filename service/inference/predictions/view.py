"""Turns a network's raw outputs into the members of an answer: classes, probabilities, values."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.non_finite import named
from models.reading import UNDECIDED, classes_of, probabilities
from models.signature import Signature
from service.inference.predictions.schemas import Label


def document(signature: Signature, outputs: NDArray[np.float32]) -> dict[str, Any]:
    """The columns of :class:`.schemas.Predictions`; their numbers are float32, as the network's are.

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
    """The document of :class:`.schemas.Top`.

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
    for row in np.flatnonzero(classes_of(signature, outputs) == UNDECIDED).tolist():
        labels[row] = [None] * order.shape[1]
    return {"classes": labels, "probabilities": np.take_along_axis(shares, order, axis=1).astype(np.float32)}


def non_finite(outputs: NDArray[Any]) -> list[dict[str, Any]]:
    """The numbers of an (N, K) array that JSON cannot hold, each with its row and column."""
    return [{"row": row, "output": column, "value": name} for (row, column), name in named(outputs)]


def _classes(signature: Signature, outputs: NDArray[np.float32]) -> list[Label] | None:
    if signature.classes is None:
        return None
    return labels_of(signature, classes_of(signature, outputs))


def labels_of(signature: Signature, indices: NDArray[np.int64]) -> list[Label]:
    """The label of each class index; None for ``UNDECIDED``."""
    labels = signature.classes or []
    return [None if index == UNDECIDED else labels[index] for index in indices.tolist()]


def _values(signature: Signature, outputs: NDArray[np.float32]) -> NDArray[np.float32] | None:
    if signature.shares:
        return None
    return outputs[:, 0] if signature.units == 1 else outputs
