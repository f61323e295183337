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

FEWEST = 3  # points that MinMaxLTTB can choose


class Sampling(Frozen):
    """How the shown epochs were chosen."""

    of: Annotated[int, Field(description="Epochs that are recorded.")]
    method: Annotated[
        Literal["all", "minmaxlttb"], Field(description="`minmaxlttb` keeps the shape of curves (arXiv 2305.00332).")
    ]


class NonFinite(Frozen):
    """A number that JSON cannot hold."""

    epoch: int
    value: Name


def choose(series: Sequence[Floats], most: int | None) -> NDArray[np.int64]:
    """The indices to show: the same for all series, at most ``most``, the first and the last among them.

    Each series has an equal share of the points, which MinMaxLTTB spends on the shape of its curve. A number that is
    not finite counts as the one before it.

    Args:
        series: (T,) arrays over the same epochs.
        most: at least 2; None for all.

    Example:
        >>> choose([np.array([0.0, 0.0, 9.0, 0.0, 0.0, 0.0])], 3).tolist()
        [0, 2, 5]

    References:
        Van Der Donckt et al. 2023, "MinMaxLTTB: Leveraging MinMax-Preselection to Scale LTTB", arXiv 2305.00332.
    """
    total = len(series[0]) if series else 0
    if most is None or total <= most:
        return np.arange(total)
    ends = np.array([0, total - 1])
    share = most // len(series)
    if share < FEWEST:
        series, share = series[:1], most
    if share < FEWEST:
        return ends
    from tsdownsample import MinMaxLTTBDownsampler

    sampler = MinMaxLTTBDownsampler()  # type: ignore[no-untyped-call]
    chosen = [sampler.downsample(_filled(values), n_out=share) for values in series]
    return np.unique(np.concatenate([ends, *chosen]).astype(np.int64))


def _filled(values: Floats) -> NDArray[np.float64]:
    """``values`` with the last finite number before it in the place of each that is not finite."""
    finite = np.isfinite(values)
    last = np.maximum.accumulate(np.where(finite, np.arange(len(values)), 0))
    return np.where(finite[last], values[last], 0.0).astype(np.float64)
