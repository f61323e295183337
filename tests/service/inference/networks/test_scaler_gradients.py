"""The slopes of scalers against differences of what they compute."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from service.inference.networks.preprocessing import SCALERS, transform
from service.inference.networks.scaler_gradients import GRADIENTS, gradients
from tests.service.inference.networks.test_preprocessing import CASES, fitted, rows

STEP = 1e-6


def test_every_scaler_has_a_slope() -> None:
    assert set(GRADIENTS) == set(SCALERS)


@pytest.mark.parametrize(("name", "arguments"), CASES)
def test_it_is_the_difference_quotient(name: str, arguments: dict[str, Any]) -> None:
    positive = arguments.get("method") == "box-cox"
    known = rows(1, positive=positive)
    # Without the columns that are constant, or so small or so large that a step is no small one for them.
    columns = [0, 1, 2] if positive else [0, 1, 3]
    _, scaler = fitted(name, arguments, known[:, columns])
    table = rows(2, positive=positive)[:, columns]
    table = table * 1.3 if positive else table * 1.3 + 0.1  # some rows lie outside, none on a corner
    width = STEP * np.maximum(np.abs(table), 1.0)
    quotient = (transform(scaler, table + width) - transform(scaler, table - width)) / (2 * width)
    found = gradients(scaler, table)
    near = np.isclose(found, quotient, rtol=1e-4, atol=1e-6)
    # A step over a corner between two quantiles gives a mean of both sides.
    assert near.mean() > 0.99 if name == "quantile" else near.all()


def test_without_a_scaler_numbers_stay() -> None:
    assert gradients(None, np.zeros((2, 3))).tolist() == [[1.0] * 3] * 2
