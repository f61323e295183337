"""Measures how well a layer still tells rows apart."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def separation(activations: NDArray[Any]) -> float:
    """The mean of 1 - cos over all pairs of rows: 0 where all point the same way, 1 where they are unrelated.

    With unit rows u it is Σ|u_i - ū|² / (N - 1), which does not lose its digits where rows are nearly parallel. Rows of
    nothing but zeros have no direction and are left out.

    Args:
        activations: (N, n).

    Example:
        >>> separation(np.array([[1.0, 0.0], [0.0, 2.0]]))
        1.0
    """
    rows = activations.astype(np.float64)
    norms = np.linalg.norm(rows, axis=1)
    if not np.isfinite(norms).all():
        return np.nan
    units = rows[norms > 0] / norms[norms > 0, None]
    if len(units) < 2:
        return 0.0
    return float(np.square(units - units.mean(axis=0)).sum() / (len(units) - 1))


def effective_rank(activations: NDArray[Any]) -> float:
    """How many directions the centred rows fill: exp of the entropy of their singular values' shares.

    Args:
        activations: (N, n).

    References:
        Roy & Vetterli 2007, The effective rank.

    Example:
        >>> round(effective_rank(np.array([[1.0, 1.0], [-1.0, -1.0]])), 6)
        1.0
    """
    rows = activations.astype(np.float64)
    if not np.isfinite(rows).all():
        return np.nan
    values = np.linalg.svd(rows - rows.mean(axis=0), compute_uv=False)
    if not values.sum() > 0:
        return 0.0
    shares = values[values > 0] / values.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


def singular_values(jacobians: NDArray[Any]) -> NDArray[np.float64]:
    """(R, min(K, D)) those of each of the R matrices (K, D), greatest first; NaN where a matrix is not finite."""
    matrices = jacobians.astype(np.float64)
    finite = np.isfinite(matrices).all(axis=(1, 2))
    values = np.full((len(matrices), min(matrices.shape[1:])), np.nan)
    if values.size:
        values[finite] = np.linalg.svd(matrices[finite], compute_uv=False)
    return values
