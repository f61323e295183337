"""Describes a data set in numbers: the statistics of its columns before any network reads them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

CELLS = 5_000_000  # of a larger table, rows are taken at equal distances
NAMED = 20  # columns that are named
COMPARED = 200_000  # rows up to which repeated ones are looked for


def describe(
    raw: NDArray[np.float64], read: NDArray[np.floating[Any]] | None, train_rows: int, names: Sequence[str]
) -> dict[str, Any]:
    """Numbers about the features.

    Args:
        raw: (N, D) as they come, training rows first.
        read: (N, D) as the network reads them; None where that is not known.
        train_rows: how many of the rows are for training.
        names: of the D columns.

    Returns:
        constant: how many columns have one value in all training rows; constant_names: the first of them.
        missing: entries, of all that the network reads, that are no finite number; null where those are not known.
        spread_ratio, shift, size: see :func:`sizes`; of the training rows that the network reads, null where those
            are not known.
        repeated: test rows whose features are those of a training row, entry by entry; null for a very long table.

    Example:
        >>> table = np.array([[0.0, 7.0], [1.0, 7.0], [0.0, 7.0]])
        >>> found = describe(table, table, 2, ["a", "b"])
        >>> found["constant_names"], found["repeated"], found["size"]
        (['b'], 1, 7.0)
    """
    train = thinned(raw[:train_rows])
    constant = np.flatnonzero((train == train[0]).all(axis=0))
    return {
        "constant": len(constant),
        "constant_names": [names[column] for column in constant[:NAMED]],
        "missing": None if read is None else int(read.size - np.isfinite(read).sum()),
        **(dict.fromkeys(("spread_ratio", "shift", "size")) if read is None else sizes(thinned(read[:train_rows]))),
        "repeated": repeated(raw[:train_rows], raw[train_rows:]) if len(raw) <= COMPARED else None,
    }


def thinned(rows: NDArray[Any]) -> NDArray[Any]:
    """At most about ``CELLS`` entries of a table: whole rows at equal distances."""
    return rows[:: max(1, math.ceil(rows.size / CELLS))]


def sizes(read: NDArray[np.floating[Any]]) -> dict[str, float | None]:
    """How large columns are, and how different in size; columns with missing entries are left out.

    Args:
        read: (N, D) rows.

    Returns:
        spread_ratio: between the two columns that differ most in size, by standard deviation or by range, whichever
            differs less: a column that is seldom other than zero has a small deviation and is no smaller for that.
        shift: the greatest distance of a column's mean from zero, in its standard deviations.
        size: the greatest root mean square of a column.
    """
    rows = read[:, np.isfinite(read).all(axis=0)].astype(np.float64)
    std, span = rows.std(axis=0), np.ptp(rows, axis=0)
    varying = (span > 0) & (std > 0)
    ratio = shift = None
    if varying.any():
        ratio = min(float(values.max() / values.min()) for values in (std[varying], span[varying]))
        shift = float((np.abs(rows.mean(axis=0)[varying]) / std[varying]).max())
    return {
        "spread_ratio": ratio,
        "shift": shift,
        "size": float(np.sqrt(np.square(rows).mean(axis=0)).max()) if rows.shape[1] else None,
    }


def repeated(train: NDArray[np.float64], test: NDArray[np.float64]) -> int:
    """How many rows of ``test`` (M, D) stand in ``train`` (N, D) as well, to the last bit."""
    if not len(test):
        return 0
    known = {row.tobytes() for row in train}
    return sum(row.tobytes() in known for row in test)
