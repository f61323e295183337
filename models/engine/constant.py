"""The best that a network could do without reading its inputs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CROSS_ENTROPIES = frozenset({"binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"})


def constant_loss(loss: str, labels: NDArray[np.float64], encoded: NDArray[np.float32]) -> float | None:
    """The loss of the best constant prediction on the given rows.

    For a cross-entropy this is the entropy of the class frequencies in nats, for the squared error the variance, for
    the absolute error the mean distance from the median.

    Args:
        loss: the loss's type in the spec.
        labels: (N,) class indices, or (N, K) values.
        encoded: (N, K) what the loss compares with.

    Returns:
        The loss, or None for one whose best constant has no closed form here.
    """
    if loss in CROSS_ENTROPIES and labels.ndim == 1:
        _, counts = np.unique(labels, return_counts=True)
        share = counts / counts.sum()
        entropy = float(-(share * np.log(share)).sum())
        if loss == "binary_crossentropy" and encoded.shape[1] > 1:
            rate = np.clip(encoded.mean(axis=0), 1e-12, 1 - 1e-12)
            return float(np.mean(-(rate * np.log(rate) + (1 - rate) * np.log1p(-rate))))
        return entropy
    if loss == "mse":
        return float(encoded.astype(np.float64).var(axis=0).mean())
    if loss == "mae":
        return float(np.abs(encoded - np.median(encoded, axis=0)).mean())
    return None
