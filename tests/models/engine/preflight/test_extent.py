"""How much a preflight measures of a network."""

from __future__ import annotations

import pytest

from models.engine.preflight.extent import FEWEST_SEEDS, SEEDS, Extent
from models.specs.check import parse
from tests.models.engine.documents import circles, with_layers

pytestmark = pytest.mark.slow


def measured(units: int, repeat: int, **diagnostics: int) -> tuple[Extent, list[str]]:
    """What is measured of so many ReLU layers, and what is less."""
    hidden = {"type": "dense", "units": units, "activation": "relu", "repeat": repeat}
    head = {"type": "dense", "units": 1, "activation": "sigmoid"}
    document = with_layers(circles(), hidden, head) | {"diagnostics": diagnostics}
    document["data"] = document["data"] | {"split": None}
    spec = parse(document)
    extent = Extent.of(spec)
    return extent, extent.reduced(spec, curved=extent.curvature)


def test_a_small_network_is_measured_in_full() -> None:
    assert measured(8, 3) == (Extent(SEEDS, 256, curvature=True), [])


def test_a_small_probe_is_no_reduction() -> None:
    assert measured(8, 3, probe_size=20) == (Extent(SEEDS, 20, curvature=True), [])


def test_a_larger_one_on_fewer_rows() -> None:
    assert measured(100, 4) == (Extent(SEEDS, 64, curvature=True), ["rows"])


def test_a_large_one_without_curvature() -> None:
    assert measured(400, 4) == (Extent(SEEDS, 64, curvature=False), ["rows", "curvature"])


def test_a_deep_one_without_curvature() -> None:
    extent, reduced = measured(4, 100)
    assert (extent.seeds, extent.curvature) == (SEEDS, False)
    assert "curvature" in reduced


def test_the_largest_with_few_starts() -> None:
    extent, reduced = measured(1000, 4)
    assert FEWEST_SEEDS <= extent.seeds < SEEDS
    assert reduced == ["seeds", "rows", "curvature"]
