"""A network knows whether what its layers make of a row depends on that row alone."""

from __future__ import annotations

from typing import Any

import pytest

from models.engine.network.architecture import build
from models.specs.check import parse
from tests.models.engine.documents import circles, with_layers

OUTPUT = {"type": "dense", "units": 1, "activation": "sigmoid"}


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ([], True),
        ([{"type": "layer_normalization"}], True),
        ([{"type": "batch_normalization"}], False),
        ([{"type": "dropout", "rate": 0.1}], False),
        ([{"type": "dense", "units": 6, "activity_regularizer": {"type": "l1", "l1": 0.1}}], False),
    ],
)
def test_rows_do_not_see_each_other_unless_a_layer_averages_over_them_or_draws(
    layers: list[dict[str, Any]], expected: bool
) -> None:
    hidden = {"type": "dense", "units": 6, "activation": "relu", "repeat": 3}
    spec = parse(with_layers(circles(), hidden, *layers, OUTPUT))
    assert build(spec, 2).rowwise is expected
