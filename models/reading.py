"""Reads a network's raw output as class indices or as probabilities."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.signature import Signature

Floats = NDArray[np.float64]

UNDECIDED: Final = -1  # instead of a class


def probabilities(signature: Signature, outputs: NDArray[np.float32]) -> Floats | None:
    """(N, C) the probability of each class, NaN in rows that are not finite; None where the output is no probability.

    Those of one sigmoid a class need not add up to 1: each is a yes or no of its own.

    Args:
        signature: how to read the output.
        outputs: (N, K) the network's raw output; columns beyond the C classes stand for none.
    """
    if not signature.shares:
        return None
    values = np.where(_finite(outputs)[:, None], outputs, np.nan).astype(np.float64)
    match signature.link:
        case "sigmoid":
            values = 0.5 * (1.0 + np.tanh(0.5 * values))
        case "softmax" if signature.units > 1:
            powers = np.exp(values - values.max(axis=1, keepdims=True))
            values = powers / powers.sum(axis=1, keepdims=True)
        case _:
            pass
    if signature.units == 1:
        return np.concatenate([1.0 - values, values], axis=1)
    return values[:, : _width(signature)]


def classes_of(signature: Signature, outputs: NDArray[np.float32]) -> NDArray[np.int64]:
    """(N,) the index of the predicted class; ``UNDECIDED`` for a row with an output that is not finite.

    Args:
        signature: how to read the output; not that of a regression.
        outputs: (N, K) the network's raw output; columns beyond the C classes stand for none.
    """
    finite = _finite(outputs)
    if signature.units > 1:
        found = outputs[:, : _width(signature)].argmax(axis=1)
    elif signature.threshold is not None:
        found = outputs[:, 0] > signature.threshold
    else:
        found = np.rint(np.clip(np.where(finite, outputs[:, 0], 0.0), 0, _width(signature) - 1))
    return np.where(finite, found, UNDECIDED).astype(np.int64)


def _finite(outputs: NDArray[np.float32]) -> NDArray[np.bool_]:
    return np.asarray(np.isfinite(outputs).all(axis=1))


def _width(signature: Signature) -> int:
    return len(signature.classes or ())
