"""Defines a function of one number together with its exact derivative."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Function = Callable[[Floats], Floats]
Interval = tuple[float, float]

SATURATED: Final = 0.05  # share of the steepest slope under which a function counts as saturated
REACH: Final = 60.0  # beyond this every saturating activation has saturated, softsign with 1/3721 of its slope too
STEPS: Final = 12001  # of the search for saturation: a hundredth each, zero among them
UNBOUNDED: Final = 100.0  # a slope beyond this, that far out, still grows
BISECTIONS: Final = 60


@dataclass(frozen=True)
class Curve:
    """An activation as a function of one number.

    Attributes:
        value: φ, elementwise over an array of any shape.
        slope: φ', elementwise; at a kink one of the two one-sided derivatives.
        range: the infimum and supremum of φ; infinities where it has no bound.
        elementwise: False for a function of a whole row, which is then shown for a row of two units, the other one 0.
    """

    value: Function
    slope: Function
    range: Interval
    elementwise: bool = True

    def steepest(self) -> float:
        """The greatest |φ'|; |φ'(0)| where the slope has no bound."""
        slopes = np.abs(self.slope(np.linspace(-REACH, REACH, STEPS)))
        if max(slopes[0], slopes[-1]) > UNBOUNDED:
            return float(slopes[STEPS // 2])
        return float(slopes.max())

    def saturation(self) -> list[Interval]:
        """Where |φ'| is below a twentieth of its greatest value: disjoint intervals in order, infinite at the ends.

        Example:
            >>> from models.specs.activations import Tanh
            >>> from models.theory.activations import curve
            >>> [(round(low, 2), round(high, 2)) for low, high in curve(Tanh()).saturation()]
            [(-inf, -2.18), (2.18, inf)]
        """
        limit = SATURATED * self.steepest()
        grid = np.linspace(-REACH, REACH, STEPS)
        flat = np.abs(self.slope(grid)) < limit
        edges = [self._edge(float(grid[i]), float(grid[i + 1]), limit) for i in np.flatnonzero(flat[1:] != flat[:-1])]
        if flat[0]:
            edges.insert(0, -np.inf)
        if flat[-1]:
            edges.append(np.inf)
        return list(zip(edges[::2], edges[1::2], strict=True))

    def _edge(self, low: float, high: float, limit: float) -> float:
        """The point between low and high where |φ'| passes the limit."""
        below = abs(self.slope(np.array(low)).item()) < limit
        for _ in range(BISECTIONS):
            middle = (low + high) / 2
            if (abs(self.slope(np.array(middle)).item()) < limit) == below:
                low = middle
            else:
                high = middle
        return (low + high) / 2
