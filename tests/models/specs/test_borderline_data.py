"""Data and scalers that are refused cannot be used, by scikit-learn itself."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest

from models.diagnoses.spec_check import check_spec
from models.specs.check import parse
from tests.models.specs.documents import circles, inline, small
from tests.models.specs.test_sources import table


def refuses(document: dict[str, Any]) -> bool:
    return not check_spec(document).valid


def sklearn_refuses(target: str, arguments: dict[str, Any]) -> bool:
    module, _, name = target.rpartition(".")
    try:
        getattr(importlib.import_module(module), name)(**arguments)
    except ValueError:
        return True
    return False


@pytest.mark.parametrize("n_informative", [1, 2, 3, 4])
@pytest.mark.parametrize("n_classes", [2, 3, 4])
@pytest.mark.parametrize("n_features", [3, 4, 5, 20])
@pytest.mark.parametrize("clusters", [1, 2, 3])
def test_classification(n_informative: int, n_classes: int, n_features: int, clusters: int) -> None:
    arguments = {
        "n_informative": n_informative,
        "n_classes": n_classes,
        "n_features": n_features,
        "n_clusters_per_class": clusters,
    }
    document = small({"type": "classification", **arguments}, n_classes, "mse")
    assert refuses(document) == sklearn_refuses("sklearn.datasets.make_classification", arguments)


@pytest.mark.parametrize("weights", [[], [0.5], [0.2, 0.8], [0.2, 0.3, 0.5], [1, 0]])
def test_class_shares(weights: list[float]) -> None:
    arguments: dict[str, Any] = {"weights": weights}
    document = small({"type": "classification", **arguments}, 2, "mse")
    assert refuses(document) == sklearn_refuses("sklearn.datasets.make_classification", arguments)


@pytest.mark.parametrize("counts", [(1, 5), (2, 4), (3, 3), (2, 2)])
@pytest.mark.parametrize("test_size", [1, 2, 3, 4, 0.3])
def test_stratify(counts: tuple[int, int], test_size: float) -> None:
    from sklearn.model_selection import train_test_split

    labels = ["a"] * counts[0] + ["b"] * counts[1]
    document = inline(labels, 1, "binary_crossentropy")
    document["data"]["split"] = {"type": "random", "test_size": test_size, "stratify": True}
    try:
        train_test_split(range(len(labels)), test_size=test_size, stratify=labels)
        works = True
    except ValueError:
        works = False
    assert refuses(document) != works


@pytest.mark.parametrize("low", [-1, 0, 25, 75, 100])
@pytest.mark.parametrize("high", [0, 25, 75, 100, 101])
@pytest.mark.parametrize("unit_variance", [False, True])
def test_robust_scaler(low: float, high: float, unit_variance: bool) -> None:
    from sklearn.preprocessing import RobustScaler

    document = circles()
    chosen = {"quantile_range": [low, high], "unit_variance": unit_variance}
    document["data"]["scaler"] = {"type": "robust", **chosen}
    rows = np.random.default_rng(0).normal(size=(50, 2))
    try:
        scaled = RobustScaler(quantile_range=(low, high), unit_variance=unit_variance).fit_transform(rows)
        works = bool(np.all(np.isfinite(scaled)))
    except (ValueError, RuntimeWarning):
        works = False
    assert refuses(document) != works


@pytest.mark.parametrize(
    "source", ["wine", "iris", "breast_cancer", "digits", "diabetes", "circles", "linear", "friedman1"]
)
def test_box_cox(source: str) -> None:
    from sklearn.preprocessing import PowerTransformer

    documents = [small(source, units, "mse") for units in (1, 2, 3, 10)]
    document = next(document for document in documents if check_spec(document).valid)
    chosen = parse(document).data.source
    if chosen.target.startswith("sklearn."):
        found = table(chosen)
        features = found[0]
    else:
        features = np.random.default_rng(0).uniform(-1, 1, (100, 1))
    document["data"]["scaler"] = {"type": "power", "method": "box-cox"}
    try:
        PowerTransformer(method="box-cox").fit(features[:20])
        PowerTransformer(method="box-cox").fit(features)
        works = True
    except ValueError:
        works = False
    assert refuses(document) != works
