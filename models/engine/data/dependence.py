"""Tests whether the targets depend on the features, by permutation against shuffled targets."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST_ROWS = 50  # fewer show nothing
MOST_ROWS = 500
NEIGHBOURS = 5
SHUFFLES = 199
MOST_TARGETS = 10  # target columns, or classes, that are looked at


def dependence(read: NDArray[np.float32], labels: Floats, classes: int | None) -> dict[str, Any] | None:
    """The share of shuffled copies of the targets that fit the features as well as the targets do.

    Two baselines, neither of which is trained: how alike the targets of neighbouring rows are (Moran's I over the five
    nearest rows), and the strongest correlation of a column with a target. A share near 0 shows dependence; where
    there is none, both are anything between 0 and 1. The draw is always the same.

    Args:
        read: (N, D) rows as the network reads them.
        labels: (N,) class indices, or (N, K) values.
        classes: how many classes; None for values.

    Returns:
        rows: how many were looked at; neighbours, columns: the two shares, counted with the targets themselves. None
        for too few rows, for features that are not finite, and where all rows or all targets are alike.

    References:
        Moran 1950, Notes on continuous stochastic phenomena; Ojala & Garriga 2010, Permutation tests for studying
        classifier performance, test 1.
    """
    from sklearn.neighbors import NearestNeighbors

    random = np.random.default_rng(0)
    chosen = np.sort(random.choice(len(read), min(len(read), MOST_ROWS), replace=False))
    rows = len(chosen)
    if rows < LEAST_ROWS or not np.isfinite(read[chosen]).all():
        return None
    x, targets = standardized(read[chosen]), standardized(columns(labels[chosen], classes))
    if not x.any() or not targets.any():
        return None
    near = np.zeros((rows, rows))
    neighbours = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(x).kneighbors(return_distance=False)
    near[np.arange(rows)[:, None], neighbours] = 1 / NEIGHBOURS
    orders = np.stack([np.arange(rows), *(random.permutation(rows) for _ in range(SHUFFLES))])
    flat = targets[orders].transpose(1, 0, 2).reshape(rows, -1)  # the copies side by side
    alike = (flat * (near @ flat)).reshape(rows, SHUFFLES + 1, -1).sum(axis=(0, 2))
    straight = np.abs(x.T @ flat).max(axis=0).reshape(SHUFFLES + 1, -1).max(axis=1)
    return {"rows": rows, "neighbours": share(alike), "columns": share(straight)}


def columns(labels: Floats, classes: int | None) -> Floats:
    """(N, K) the targets as numbers: values as they are, of classes the membership in each of the commonest."""
    if classes is None:
        return np.asarray(labels[:, :MOST_TARGETS], np.float64)
    index = labels.astype(np.int64)
    commonest = np.argsort(-np.bincount(index, minlength=classes), kind="stable")[:MOST_TARGETS]
    return np.asarray(index[:, None] == commonest, np.float64)


def standardized(values: NDArray[np.floating[Any]]) -> Floats:
    """Each column (N,) with mean 0 and variance 1; a column of one value becomes zeros."""
    centred = values - values.mean(axis=0, dtype=np.float64)
    spread = centred.std(axis=0)
    varying = spread > 1e-12 * np.abs(values).max(axis=0)
    return np.asarray(np.divide(centred, spread, out=np.zeros_like(centred), where=varying))


def share(statistics: Floats) -> float:
    """The share of the statistics that reach the first one, with a hair of round-off."""
    reached = statistics >= statistics[0] - 1e-9 * abs(statistics[0])
    return float(reached.mean())
