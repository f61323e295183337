"""The statistics, against scipy and against random samples of a known median."""

from __future__ import annotations

import random

import pytest
from scipy.stats import binom, binomtest

from service.experiments.replicates.statistics import LEVEL, median_interval, sign_test, wilson


@pytest.mark.parametrize("count", range(2, 101))
def test_the_interval_is_the_narrowest_that_reaches_the_level(count: int) -> None:
    interval = median_interval([float(value) for value in random.Random(count).sample(range(count), count)])
    assert interval is not None
    rank = int(interval.low) + 1
    assert interval.high == count - rank
    assert interval.coverage == pytest.approx(1 - 2 * binom.cdf(rank - 1, count, 0.5))
    if count < 6:
        assert (rank, interval.coverage < LEVEL) == (1, True)
    else:
        assert interval.coverage >= LEVEL
        narrower = 1 - 2 * binom.cdf(rank, count, 0.5)
        assert rank + 1 > count / 2 or narrower < LEVEL


@pytest.mark.parametrize("count", [3, 6, 10, 25])
def test_it_covers_the_median_as_often_as_it_says(count: int) -> None:
    """Over samples of a skewed distribution whose median is known."""
    draw = random.Random(1)
    repeats, covered, coverage = 4000, 0, 0.0
    for _ in range(repeats):
        interval = median_interval([draw.random() ** 3 for _ in range(count)])
        assert interval is not None
        covered += interval.low <= 0.5**3 <= interval.high
        coverage = interval.coverage
    assert covered / repeats == pytest.approx(coverage, abs=0.02)


@pytest.mark.parametrize("values", [[], [1.0]])
def test_fewer_than_two_values_have_no_interval(values: list[float]) -> None:
    assert median_interval(values) is None


def test_equal_values_have_an_interval_of_no_width() -> None:
    interval = median_interval([0.5] * 10)
    assert interval is not None
    assert interval.low == interval.high == 0.5


@pytest.mark.parametrize(("positive", "negative", "ties"), [(8, 2, 0), (0, 6, 1), (5, 5, 0), (1, 0, 3), (70, 30, 0)])
def test_the_sign_test_is_the_binomial_one(positive: int, negative: int, ties: int) -> None:
    signs = sign_test([0.1] * positive + [-0.2] * negative + [0.0] * ties)
    assert signs is not None
    assert signs[:3] == (positive, negative, ties)
    assert signs.p_value == pytest.approx(binomtest(positive, positive + negative).pvalue)


def test_ties_alone_say_nothing() -> None:
    assert sign_test([0.0, 0.0]) == (0, 0, 2, 1.0)
    assert sign_test([]) is None


@pytest.mark.parametrize(("passed", "trials"), [(0, 1), (1, 1), (0, 40), (40, 40), (38, 40), (3, 7), (500, 1000)])
def test_the_interval_of_a_share_is_wilsons(passed: int, trials: int) -> None:
    expected = binomtest(passed, trials).proportion_ci(method="wilson")
    assert wilson(passed, trials) == pytest.approx((expected.low, expected.high))
