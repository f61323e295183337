"""Computes distribution-free statistics of few numbers: median intervals, sign tests, intervals of shares.

Accuracies over seeds are not normal: a network that fails with some starts and not with others has two heaps of them.
Ranks and signs hold for every distribution (Conover, Practical Nonparametric Statistics, 3rd ed., sections 3.2 to
3.4). All counts are those of a fair coin, exact in whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import comb, sqrt
from typing import NamedTuple

LEVEL = 0.95  # of confidence that an interval is to have
QUANTILE = 1.959963984540054  # of the normal distribution, for that level from both sides


class Interval(NamedTuple):
    """Two of the values, and how probable it is that the median lies between them.

    Attributes:
        low: the smaller one.
        high: the greater one.
        coverage: the least probability; smaller than the wanted level where there are too few values.
    """

    low: float
    high: float
    coverage: float


class Signs(NamedTuple):
    """The result of a sign test: positive, negative and zero differences, and the two-sided p-value."""

    positive: int
    negative: int
    ties: int
    p_value: float


def median_interval(values: Sequence[float], level: float = LEVEL) -> Interval | None:
    """The narrowest symmetric pair of order statistics that covers the median with ``level``.

    Six values are the fewest that reach 0.95. With fewer the interval is from the least to the greatest, and its
    ``coverage`` says what that is worth; one value has none.

    Example:
        >>> median_interval([3.0, 1.0, 2.0])
        Interval(low=1.0, high=3.0, coverage=0.75)
        >>> median_interval([float(value) for value in range(1, 11)])
        Interval(low=2.0, high=9.0, coverage=0.978515625)
    """
    count = len(values)
    if count < 2:
        return None
    rank = 1
    while 2 * (rank + 1) <= count and _coverage(count, rank + 1) >= level:
        rank += 1
    ordered = sorted(values)
    return Interval(ordered[rank - 1], ordered[-rank], _coverage(count, rank))


def sign_test(differences: Sequence[float]) -> Signs | None:
    """Test whether differences are as often positive as negative; zeros count for neither side.

    Example:
        >>> sign_test([0.1, 0.2, 0.0, 0.3, 0.1, -0.1])
        Signs(positive=4, negative=1, ties=1, p_value=0.375)
    """
    if not differences:
        return None
    positive = sum(value > 0 for value in differences)
    negative = sum(value < 0 for value in differences)
    uneven = positive + negative
    p_value = min(1.0, 2 * _at_most(uneven, min(positive, negative)))
    return Signs(positive, negative, len(differences) - uneven, p_value)


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The interval of a share with confidence 0.95 (Wilson 1927), also for few trials and shares near 0 or 1.

    With p = successes / trials and z = 1.96: (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n).

    Example:
        >>> [round(bound, 3) for bound in wilson(40, 40)]
        [0.912, 1.0]
    """
    share, squared = successes / trials, QUANTILE**2 / trials
    middle = share + squared / 2
    half = QUANTILE * sqrt(share * (1 - share) / trials + squared / (4 * trials))
    low, high = (middle - half) / (1 + squared), (middle + half) / (1 + squared)
    return max(0.0, low) if successes else 0.0, min(1.0, high) if successes < trials else 1.0


def _coverage(count: int, rank: int) -> float:
    """The probability that the median is between the ``rank``-th smallest and the ``rank``-th greatest value."""
    return 1 - 2 * _at_most(count, rank - 1)


def _at_most(count: int, heads: int) -> float:
    """The probability of at most so many heads in ``count`` throws."""
    return float(Fraction(sum(comb(count, number) for number in range(heads + 1)), 2**count))
