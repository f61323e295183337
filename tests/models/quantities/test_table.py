"""The description of a data set, against the plain definitions."""

from __future__ import annotations

import numpy as np
import pytest

from models.quantities import table
from models.quantities.table import describe, repeated, sizes, thinned

RANDOM = np.random.default_rng(0)


def test_columns_are_compared_by_deviation_and_range() -> None:
    rows = RANDOM.standard_normal((100, 3)) * [1.0, 10.0, 1000.0]
    found = sizes(rows)
    ranges, deviations = np.ptp(rows, axis=0), rows.std(axis=0)
    assert found["spread_ratio"] == pytest.approx(min(ranges[2] / ranges[0], deviations[2] / deviations[0]))
    assert found["size"] == pytest.approx(np.sqrt(np.square(rows[:, 2]).mean()))


def test_a_column_that_is_seldom_other_than_zero_is_not_small() -> None:
    rows = np.zeros((10_000, 2))
    rows[:, 0] = np.arange(10_000) % 2
    rows[0, 1] = 1.0
    assert rows[:, 0].std() / rows[:, 1].std() > 49
    assert sizes(rows)["spread_ratio"] == 1.0


def test_a_shift_is_counted_in_deviations() -> None:
    assert sizes(np.array([[99.0], [101.0]]))["shift"] == pytest.approx(100.0)


def test_constant_columns_have_no_ratio() -> None:
    rows = np.full((5, 2), 3.0)
    found = describe(rows, rows, 5, ["a", "b"])
    assert (found["constant"], found["constant_names"]) == (2, ["a", "b"])
    assert (found["spread_ratio"], found["shift"], found["size"]) == (None, None, 3.0)


def test_only_training_rows_make_a_column_constant() -> None:
    rows = np.array([[1.0], [1.0], [2.0]])
    assert describe(rows, rows, 2, ["a"])["constant"] == 1
    assert describe(rows, rows, 3, ["a"])["constant"] == 0


def test_missing_entries_are_counted_and_left_out() -> None:
    raw = np.array([[1.0, 1.0], [3.0, 2.0]])
    read = np.array([[np.nan, 1.0], [np.inf, 3.0]])
    found = describe(raw, read, 2, ["a", "b"])
    assert (found["missing"], found["shift"]) == (2, 2.0)


def test_what_the_network_reads_may_be_unknown() -> None:
    raw = RANDOM.standard_normal((4, 2))
    found = describe(raw, None, 4, ["a", "b"])
    assert {found[name] for name in ("missing", "spread_ratio", "shift", "size")} == {None}


def test_repeated_rows_are_equal_in_every_entry() -> None:
    train = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert repeated(train, np.array([[1.0, 2.0], [1.0, 4.0], [1.0, 2.0]])) == 2
    assert repeated(train, train[:0]) == 0


def test_rows_of_a_long_table_are_taken_at_equal_distances(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "CELLS", 10)
    assert thinned(np.arange(40).reshape(20, 2))[:, 0].tolist() == [0, 8, 16, 24, 32]
    monkeypatch.setattr(table, "COMPARED", 3)
    rows = np.ones((4, 1))
    assert describe(rows, rows, 3, ["a"])["repeated"] is None
