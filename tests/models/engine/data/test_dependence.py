"""Dependence is seen where it is, of any form, and not where it is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.diagnoses.thresholds import LIMITS
from models.engine.data.dataset import Dataset, load
from models.engine.data.dependence import LEAST_ROWS, dependence
from models.specs.check import parse
from tests.models.engine.documents import circles

REGRESSIONS = {"friedman1", "linear", "diabetes", "regression"}
SOURCES: dict[str, dict[str, Any]] = {
    "circles": {"n_samples": 500, "noise": 0.1},
    "moons": {"n_samples": 500, "noise": 0.3},
    "two_spirals": {},
    "xor": {"n_samples": 300, "noise": 0.2},
    "blobs": {"n_samples": 200, "cluster_std": 4.0},
    "gaussian": {"n_samples": 300},
    "classification": {"n_samples": 200},
    "iris": {},
    "wine": {},
    "breast_cancer": {},
    "digits": {},
    "friedman1": {"n_samples": 200, "noise": 1.0},
    "linear": {"n_samples": 100, "n_features": 10, "noise": 0.5},
    "regression": {"n_samples": 200, "n_features": 30, "noise": 5.0},
    "diabetes": {},
}


def made(source: str) -> Dataset:
    """The table of a source, standardized."""
    arguments = SOURCES[source]
    document = circles()
    seed = {"random_state": 1} if arguments or source == "two_spirals" else {}
    document["data"] = {"source": {"type": source, **arguments, **seed}, "scaler": "standard", "split": None}
    document["training"] |= {"loss": "mse", "metrics": []}
    return load(parse(document))


def classes(dataset: Dataset) -> int | None:
    return None if dataset.targets.classes is None else len(dataset.targets.classes)


@pytest.mark.parametrize("source", SOURCES)
def test_targets_that_depend_are_never_taken_for_shuffled(source: str) -> None:
    dataset = made(source)
    found = dependence(dataset.scaled, dataset.targets.labels, classes(dataset))
    assert found is not None
    assert min(found["neighbours"], found["columns"]) <= LIMITS.chance


@pytest.mark.parametrize("source", ["circles", "xor", "two_spirals"])
def test_bent_dependence_is_seen_by_neighbours(source: str) -> None:
    dataset = made(source)
    found = dependence(dataset.scaled, dataset.targets.labels, 2)
    assert found is not None
    assert found["neighbours"] == pytest.approx(1 / 200)


def test_shuffled_targets_look_like_their_copies() -> None:
    dataset = made("moons")
    shares = []
    for seed in range(20):
        labels = np.random.default_rng(seed).permutation(dataset.targets.labels)
        found = dependence(dataset.scaled, labels, 2)
        assert found == dependence(dataset.scaled, labels, 2)
        assert found is not None
        shares.append(min(found["neighbours"], found["columns"]))
    # Each of the two is below the limit by chance in one of a hundred.
    assert sum(share <= LIMITS.chance for share in shares) <= 2


def test_nothing_is_said_of_few_rows_or_of_rows_that_are_alike() -> None:
    rows = np.random.default_rng(0).standard_normal((LEAST_ROWS, 2)).astype(np.float32)
    labels = (rows[:, 0] > 0).astype(np.float64)
    assert dependence(rows, labels, 2) is not None
    assert dependence(rows[:-1], labels[:-1], 2) is None
    assert dependence(np.ones_like(rows), labels, 2) is None
    assert dependence(rows, np.zeros_like(labels), 2) is None
    assert dependence(np.full_like(rows, np.nan), labels, 2) is None
