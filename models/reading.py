"""Reads a network's raw output as class indices or as probabilities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.signature import Signature

Floats = NDArray[np.float64]


def probabilities(signature: Signature, outputs: NDArray[np.float32]) -> Floats | None:
    """(N, C) the probability of each class, or None where the output is no probability.

    A probability is reported as the network gives it: one that softmax or sigmoid did not make may lie outside
    [0, 1] or not add up, and that is a finding, not an error.

    Args:
        signature: how to read the output.
        outputs: (N, K) the network's raw output.
    """
    values = outputs.astype(np.float64)
    match signature.output:
        case "probability":
            positive = values[:, 0]
        case "logit":
            positive = 0.5 * (1.0 + np.tanh(0.5 * values[:, 0]))
        case "probabilities":
            return values
        case "logits":
            with np.errstate(invalid="ignore"):  # infinite logits of a diverged network
                powers = np.exp(values - values.max(axis=1, keepdims=True))
                return np.asarray(powers / powers.sum(axis=1, keepdims=True))
        case "margin" | "value":
            return None
    return np.stack([1.0 - positive, positive], axis=1)


def classes_of(signature: Signature, outputs: NDArray[np.float32]) -> NDArray[np.int64]:
    """(N,) the index of the predicted class.

    Args:
        signature: how to read the output; not that of a regression.
        outputs: (N, K) the network's raw output. A row of NaN counts as the first class.
    """
    match signature.output:
        case "probability":
            return (outputs[:, 0] > 0.5).astype(np.int64)
        case "logit" | "margin":
            return (outputs[:, 0] > 0.0).astype(np.int64)
        case _:
            return np.asarray(outputs.argmax(axis=1), np.int64)
