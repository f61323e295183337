"""Each epoch reads the rows in an order of its own, however they are asked for."""

from __future__ import annotations

import numpy as np
import pytest

from models.engine.data.shuffles import Shuffles, permutations
from models.specs.check import parse
from tests.models.engine.documents import circles

pytestmark = pytest.mark.slow
ROWS = 150


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("done", [0, 7])
def test_they_do_not_depend_on_how_they_are_asked_for(shuffle: bool, done: int) -> None:
    spec = parse(circles(epochs=40, shuffle=shuffle))
    expected = permutations(spec, ROWS, done + 1, 40 - done)
    shuffles, taken = Shuffles(spec, ROWS, done), []
    for ahead, count in [(0, 1), (5, 2), (2, 9), (100, 3), (100, 100), (100, 100)]:
        shuffles.prepare(ahead)
        taken.append(shuffles.take(count))
    np.testing.assert_array_equal(np.concatenate(taken), expected)
    assert [len(part) for part in taken] == [1, 2, 9, 3, 25 - done, 0]


def test_an_epoch_reads_each_row_once_and_no_two_in_the_same_order() -> None:
    found = permutations(parse(circles(epochs=3)), ROWS, 1, 3)
    np.testing.assert_array_equal(np.sort(found), np.tile(np.arange(ROWS), (3, 1)))
    assert len({order.tobytes() for order in found}) == 3
