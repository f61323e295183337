"""Writes NaN and the infinities, which JSON cannot hold: null in their place, and their name beside it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Name = Literal["nan", "inf", "-inf"]


def finite_or_none(value: float | None) -> float | None:
    """The number, None where JSON cannot hold it."""
    return value if value is not None and math.isfinite(value) else None


def name_of(value: float) -> Name | None:
    """The name of a number that JSON cannot hold; None for any other.

    Example:
        >>> name_of(float("-inf")), name_of(0.5)
        ('-inf', None)
    """
    if math.isfinite(value):
        return None
    return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"


def named(values: NDArray[Any]) -> Iterator[tuple[tuple[int, ...], Name]]:
    """The index and the name of each number in an array that JSON cannot hold, row by row.

    Example:
        >>> list(named(np.array([[1.0, np.nan], [-np.inf, 2.0]])))
        [((0, 1), 'nan'), ((1, 0), '-inf')]
    """
    finite = np.isfinite(values)
    if finite.all():
        return
    for entry in np.argwhere(~finite).tolist():
        index = tuple(entry)
        name = name_of(float(values[index]))
        assert name is not None
        yield index, name
