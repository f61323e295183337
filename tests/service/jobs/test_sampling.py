"""Shown epochs: as many as asked for, with the ends and every curve's extremes, whatever the numbers are."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from service.jobs.results.sampling import choose

NUMBERS = st.floats(width=32, allow_nan=True, allow_infinity=True)


@st.composite
def curves(draw: st.DrawFn) -> list[NDArray[np.float64]]:
    """Some curves over the same epochs; constant ones, and such of few different numbers, among them."""
    total = draw(st.integers(1, 300))
    numbers = draw(st.sampled_from([NUMBERS, st.sampled_from([0.0, 1.0, math.nan]), st.just(3.0)]))
    count = draw(st.integers(1, 12))
    seeds = draw(st.lists(st.lists(numbers, min_size=1, max_size=40), min_size=count, max_size=count))
    return [np.resize(np.asarray(seed, np.float64), total) for seed in seeds]


@given(curves(), st.integers(2, 320))
def test_as_many_come_as_were_asked(series: list[NDArray[np.float64]], most: int) -> None:
    total = len(series[0])
    shown = choose(series, most)
    assert len(shown) == min(most, total)
    assert (np.diff(shown) > 0).all()
    assert (shown[0], shown[-1]) == (0, total - 1)
    assert choose(series, most).tolist() == shown.tolist()


@given(curves(), st.integers(2, 320))
def test_the_extremes_of_every_curve_are_shown(series: list[NDArray[np.float64]], most: int) -> None:
    shown = choose(series, most)
    held = (most - 2) // 2 if len(series[0]) > most else len(series)  # curves whose extremes surely find room
    for values in series[:held]:
        finite, kept = values[np.isfinite(values)], values[shown]
        if finite.size:
            assert finite.max() in kept
            assert finite.min() in kept


@given(curves(), curves(), st.integers(10, 320))
def test_the_extremes_of_other_curves(
    shape: list[NDArray[np.float64]], others: list[NDArray[np.float64]], most: int
) -> None:
    total = len(shape[0])
    others = [np.resize(values, total) for values in others[:4]]
    shown = choose(shape, most, others)
    assert len(shown) == min(most, total)
    for values in others:
        finite = values[np.isfinite(values)]
        if finite.size:
            assert {finite.max(), finite.min()} <= set(values[shown])


def test_the_rest_keeps_the_shape() -> None:
    values = np.zeros(1000)
    values[[100, 101, 500, 501, 900]] = [5.0, -5.0, 4.0, -4.0, 3.0]
    assert {100, 101, 500, 900} <= set(choose([values], 60).tolist())


@pytest.mark.parametrize("most", [None, 5, 6])
def test_all_where_there_are_no_more(most: int | None) -> None:
    assert choose([np.arange(5.0)], most).tolist() == [0, 1, 2, 3, 4]


def test_nothing_is_recorded() -> None:
    assert choose([], 10).tolist() == []
