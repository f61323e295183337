"""Aggregates a number over seeds, and says whether more seeds could change the result."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb
from statistics import median
from typing import Any, Final

from models.non_finite import finite_or_none
from service.experiments.replicates.statistics import LEVEL, median_interval
from service.grading.rubric.evidence import Aggregate

TAIL: Final = (1 - LEVEL) / 2
DIGITS: Final = 7  # that a single precision number has


@dataclass(frozen=True)
class Aggregated:
    """A number aggregated over all seeds.

    Attributes:
        value: the number; infinite where trainings without one decide.
        low: the lower end of the median's interval; ``value`` for a single seed.
        high: the upper end.
        values: one a seed; None: that training has none.
    """

    value: float
    low: float
    high: float
    values: Sequence[float | None]

    def per_seed(self) -> dict[str, Any]:
        """The numbers of single seeds, which no student sees."""
        return {"values": list(self.values), "interval": [finite_or_none(self.low), finite_or_none(self.high)]}


def aggregated(values: Sequence[float | None], aggregate: Aggregate, *, higher: bool) -> Aggregated:
    """Aggregate the numbers of all seeds.

    A training without a number (it diverged, or has no such layer) counts as one that is worse than all others.

    Args:
        values: one a seed, at least one.
        aggregate: ``median``; ``lower_bound``: the worse end of the median's interval; ``mean``; ``worst``.
        higher: whether more is better.

    Example:
        >>> aggregated([0.8, None, 0.9], "median", higher=True).value
        0.8
        >>> aggregated([0.8, None, 0.9], "worst", higher=True).value
        -inf
    """
    missing = -math.inf if higher else math.inf
    known = [missing if value is None or not math.isfinite(value) else plain(value) for value in values]
    interval = median_interval(known)
    middle = plain(float(median(known)))
    low, high = (middle, middle) if interval is None else (interval.low, interval.high)
    match aggregate:
        case "median":
            value = middle
        case "lower_bound":
            value = low if higher else high
        case "mean":
            value = missing if missing in known else plain(math.fsum(known) / len(known))
        case "worst":
            value = min(known) if higher else max(known)
            low = high = value  # the worst can only become worse: more seeds would be asked for without end
    return Aggregated(value, low, high, [finite_or_none(number) for number in known])


def undecided(yes: int, count: int, share: float) -> bool:
    """Whether ``yes`` of ``count`` trainings leave open on which side of a share they are, with two-sided confidence.

    Trainings that all agree decide, however few they are. At one half this is the interval of a median.

    Example:
        >>> undecided(4, 5, 0.5), undecided(5, 5, 0.5), undecided(9, 10, 0.5)
        (True, False, False)
    """
    if yes in (0, count) or share >= 1:
        return False
    rate = Fraction(share)
    chances = [comb(count, k) * rate**k * (1 - rate) ** (count - k) for k in range(count + 1)]
    above, below = sum(chances[yes:]), sum(chances[: yes + 1])
    return min(above, below) > TAIL


def plain(value: float) -> float:
    """A number rounded to the digits of single precision, in which it was measured.

    An accuracy of 9 in 10 is stored as 0.8999999761581421, and must reach a floor of 0.9.

    Example:
        >>> plain(0.8999999761581421)
        0.9
    """
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else value
