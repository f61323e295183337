"""Selects the epochs to show where there are more than a plot has points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from models.frozen import Frozen
from models.non_finite import Name

Floats = NDArray[np.floating[Any]]
Indices = NDArray[np.int64]

FEWEST = 3  # points that MinMaxLTTB can choose


class Sampling(Frozen):
    """How the shown epochs were chosen."""

    of: Annotated[int, Field(description="Epochs that are recorded.")]
    method: Annotated[
        Literal["all", "minmaxlttb"],
        Field(
            description="`minmaxlttb` keeps the shape of curves (arXiv 2305.00332), their first and last epoch, and "
            "their greatest and least values as far as there are points for them; as many epochs come as were asked."
        ),
    ]


class NonFinite(Frozen):
    """A number that JSON cannot hold."""

    epoch: int
    value: Name


def choose(series: Sequence[Floats], most: int | None, extreme: Sequence[Floats] | None = None) -> Indices:
    """The indices to show: the same for all series, exactly ``most`` where there are so many.

    The first and the last come first, then the greatest and the least number of each series in turn. Each series has an
    equal share of the points that are left, which MinMaxLTTB spends on the shape of its curve; what the shares have in
    common is filled up evenly. A number that is not finite is neither the greatest nor the least, and counts as the one
    before it for the shape.

    Args:
        series: (T,) arrays over the same epochs, which are to keep their shape.
        most: at least 2; None for all.
        extreme: those whose greatest and least numbers are kept, where they are others.

    Example:
        >>> choose([np.array([0.0, 0.0, 9.0, 0.0, -1.0, 0.0])], 4).tolist()
        [0, 2, 4, 5]

    References:
        Van Der Donckt et al. 2023, "MinMaxLTTB: Leveraging MinMax-Preselection to Scale LTTB", arXiv 2305.00332.
    """
    total = len(series[0]) if series else 0
    if most is None or total <= most:
        return np.arange(total)
    kept = list(dict.fromkeys([0, total - 1, *(at for values in extreme or series for at in _extremes(values))]))[:most]
    chosen = np.zeros(total, bool)
    chosen[kept] = True
    chosen[_shape(series, most, ~chosen)[: most - len(kept)]] = True
    chosen[_even(np.flatnonzero(~chosen), most - int(chosen.sum()))] = True
    return np.flatnonzero(chosen)


def _extremes(values: Floats) -> list[int]:
    """Where the greatest and the least finite number stand, the first of equal ones; nothing where none is finite."""
    finite = np.isfinite(values)
    if not finite.any():
        return []
    return [int(np.where(finite, values, -np.inf).argmax()), int(np.where(finite, values, np.inf).argmin())]


def _shape(series: Sequence[Floats], most: int, free: NDArray[np.bool_]) -> Indices:
    """What MinMaxLTTB chooses among the free indices, evenly so many of them as ``most`` allows, and in any order."""
    room = most - int((~free).sum())
    share = most // len(series)
    if share < FEWEST:
        series, share = series[:1], most
    if room == 0 or share < FEWEST:
        return np.zeros(0, np.int64)
    from tsdownsample import MinMaxLTTBDownsampler

    sampler = MinMaxLTTBDownsampler()  # type: ignore[no-untyped-call]
    found = np.unique(np.concatenate([sampler.downsample(_filled(values), n_out=share) for values in series]))
    shaped = found[free[found.astype(np.int64)]].astype(np.int64)
    return _even(shaped, min(room, len(shaped)))


def _even(indices: Indices, count: int) -> Indices:
    """``count`` of the indices, at equal distances.

    Example:
        >>> _even(np.array([1, 3, 5, 7, 9]), 2).tolist()
        [3, 7]
    """
    return indices[(np.arange(count) * 2 + 1) * len(indices) // (2 * count)] if count else indices[:0]


def _filled(values: Floats) -> NDArray[np.float64]:
    """``values`` with the last finite number before it in the place of each that is not finite."""
    finite = np.isfinite(values)
    last = np.maximum.accumulate(np.where(finite, np.arange(len(values)), 0))
    return np.where(finite[last], values[last], 0.0).astype(np.float64)
