"""How much a preflight measures of a network."""

from __future__ import annotations

import pytest

from models.engine.preflight.budget import FEWEST_SEEDS, SEEDS, Budget
from models.specs.check import parse
from tests.models.engine.documents import circles, with_layers

pytestmark = pytest.mark.slow


def measured(units: int, repeat: int, **diagnostics: int) -> tuple[Budget, list[str]]:
    """What is measured of so many ReLU layers, and what is less."""
    hidden = {"type": "dense", "units": units, "activation": "relu", "repeat": repeat}
    head = {"type": "dense", "units": 1, "activation": "sigmoid"}
    document = with_layers(circles(), hidden, head) | {"diagnostics": diagnostics}
    document["data"] = document["data"] | {"split": None}
    spec = parse(document)
    budget = Budget.of(spec)
    return budget, budget.reduced(spec, curved=budget.curvature)


def test_a_small_network_is_measured_in_full() -> None:
    assert measured(8, 3) == (Budget(SEEDS, 256, curvature=True), [])


def test_a_small_probe_is_no_reduction() -> None:
    assert measured(8, 3, probe_size=20) == (Budget(SEEDS, 20, curvature=True), [])


def test_a_larger_one_on_fewer_rows() -> None:
    assert measured(100, 4) == (Budget(SEEDS, 64, curvature=True), ["rows"])


def test_a_large_one_without_curvature() -> None:
    assert measured(400, 4) == (Budget(SEEDS, 64, curvature=False), ["rows", "curvature"])


def test_a_deep_one_without_curvature() -> None:
    budget, reduced = measured(4, 100)
    assert (budget.seeds, budget.curvature) == (SEEDS, False)
    assert "curvature" in reduced


def test_the_largest_with_few_starts() -> None:
    budget, reduced = measured(1000, 4)
    assert FEWEST_SEEDS <= budget.seeds < SEEDS
    assert reduced == ["seeds", "rows", "curvature"]
