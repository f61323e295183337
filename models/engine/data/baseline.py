"""Computes the loss of the best prediction that does not depend on the inputs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.specs.losses import Huber, LogCosh, LossBase

Floats = NDArray[np.float64]

CROSS_ENTROPIES = frozenset({"binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"})


def constant_loss(loss: LossBase, labels: Floats, encoded: NDArray[np.float32]) -> float | None:
    """The loss of the best constant prediction on the given rows.

    For a cross-entropy this is the entropy of the class frequencies in nats, for the squared error the variance, for
    the absolute error the mean distance from the median; that of the others between these two is searched for.

    Args:
        loss: the loss of the spec.
        labels: (N,) class indices, or (N, K) values.
        encoded: (N, K) what the loss compares with.

    Returns:
        The loss, or None for one whose best constant is not known here.
    """
    if loss.type in CROSS_ENTROPIES and labels.ndim == 1:
        _, counts = np.unique(labels, return_counts=True)
        share = counts / counts.sum()
        entropy = float(-(share * np.log(share)).sum())
        if loss.type == "binary_crossentropy" and encoded.shape[1] > 1:
            rate = np.clip(encoded.mean(axis=0), 1e-12, 1 - 1e-12)
            return float(np.mean(-(rate * np.log(rate) + (1 - rate) * np.log1p(-rate))))
        return entropy
    if loss.type == "mse":
        return float(encoded.astype(np.float64).var(axis=0).mean())
    if loss.type == "mae":
        return float(np.abs(encoded - np.median(encoded, axis=0)).mean())
    if isinstance(loss, Huber | LogCosh):
        return float(np.mean([least(loss, column) for column in encoded.astype(np.float64).T]))
    return None


def least(loss: Huber | LogCosh, values: Floats) -> float:
    """The mean loss of the best constant on (N,) values; both losses are convex, so that a search finds it."""
    from scipy.optimize import minimize_scalar

    def mean(constant: float) -> float:
        distance = np.abs(values - constant)
        if isinstance(loss, Huber):
            inside = np.minimum(distance, loss.delta)
            return float(np.mean(inside * (distance - inside / 2)))
        return float(np.mean(distance + np.log1p(np.exp(-2 * distance)) - np.log(2)))

    low, high = float(values.min()), float(values.max())
    if not low < high:
        return mean(low) if low == high else np.nan
    return float(minimize_scalar(mean, bounds=(low, high), method="bounded").fun)
