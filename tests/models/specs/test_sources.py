"""Data sources against the tables that scikit-learn really makes of them."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest

from models.specs.check import parse
from models.specs.geometry import DataShape, data_shape, job_shape
from models.specs.sources import SourceBase
from models.specs.spec import concrete
from models.specs.splits import Random
from tests.models.specs.documents import inline, small

SKLEARN = [source for source in concrete(SourceBase) if source.target.startswith("sklearn.")]


def table(source: SourceBase) -> tuple[Any, Any]:
    """Features and targets, as scikit-learn makes them."""
    module, _, name = source.target.rpartition(".")
    made = getattr(importlib.import_module(module), name)(**source.arguments())
    return (made["data"], made["target"]) if isinstance(made, dict) else made


@pytest.mark.parametrize("component", SKLEARN, ids=lambda component: str(component.type_name()))
def test_shape_is_known_beforehand(component: type[SourceBase]) -> None:
    source = component.model_validate({"type": component.type_name()})
    features, targets = table(source)
    assert features.shape == (source.rows(), source.columns())
    labels = source.labels()
    if labels is None:
        assert targets.reshape(len(targets), -1).shape[1] == source.targets_per_row()
    else:
        assert tuple(np.unique(targets).tolist()) == labels
    if source.all_positive is False:
        assert features.min() <= 0


@pytest.mark.parametrize("n_class", range(2, 11))
def test_fewer_digits(n_class: int) -> None:
    source = parse(small({"type": "digits", "n_class": n_class}, n_class, "mse")).data.source
    features, targets = table(source)
    assert len(features) == source.rows()
    assert tuple(np.unique(targets).tolist()) == source.labels()


@pytest.mark.parametrize(
    "document",
    [
        {"type": "blobs", "centers": 4, "n_features": 3, "cluster_std": [0.1, 0.2, 0.3, 0.4]},
        {"type": "blobs", "centers": [[0, 0, 0], [5, 5, 5]], "n_features": 7},
        {"type": "gaussian", "mean": [1, 2], "cov": 3, "n_classes": 4, "n_samples": 40},
        {"type": "classification", "n_classes": 4, "n_informative": 3, "weights": [0.1, 0.2, 0.3], "shift": None},
        {"type": "classification", "weights": [0.9, 0.1], "flip_y": 0},
        {"type": "regression", "n_features": 4, "n_informative": 10, "n_targets": 3, "effective_rank": 2},
        {"type": "friedman1", "n_features": 5, "noise": 1},
        {"type": "circles", "n_samples": 7, "factor": 0, "noise": 0},
        {"type": "moons", "n_samples": 2, "shuffle": False},
    ],
    ids=lambda document: str(sorted(document)),
)
def test_shape_with_arguments(document: dict[str, Any]) -> None:
    for units in (1, 2, 3, 4):
        try:
            source = parse(small(document, units, "mse")).data.source
            break
        except Exception as refused:  # noqa: BLE001 - the width is searched for
            last = refused
    else:
        raise last
    features, targets = table(source)
    assert features.shape == (source.rows(), source.columns())
    labels = source.labels()
    assert labels is None or set(np.unique(targets).tolist()) == set(labels)


@pytest.mark.parametrize("test_size", [0.2, 0.25, 0.333, 0.5, 0.99, 1, 37, 99])
@pytest.mark.parametrize("rows", [100, 101, 150])
def test_split_counts_as_scikit_learn_does(rows: int, test_size: float) -> None:
    from sklearn.model_selection import train_test_split

    train, test = train_test_split(range(rows), test_size=test_size)
    document = small({"type": "circles", "n_samples": rows}, 1, "mse")
    document["data"]["split"] = {"type": "random", "test_size": test_size}
    shape = data_shape(parse(document).data)
    assert (shape.train_rows, shape.test_rows) == (len(train), len(test))


def test_whole_test_sizes_are_numbers_of_rows() -> None:
    split = Random(test_size=20.0)
    assert split.train_rows(100) == 80
    assert isinstance(split.test_size, int)


def shape_of(document: dict[str, Any]) -> DataShape:
    return job_shape(parse(document))


def test_inline_names_are_classes() -> None:
    shape = shape_of(inline(["b", "a", "b"], 2, "mse"))
    assert (shape.task, shape.classes, shape.n_targets) == ("binary", ("a", "b"), 2)


def test_inline_truth_values_are_classes() -> None:
    assert shape_of(inline([True, False, True])).classes == (False, True)


def test_inline_one_hot_rows_are_classes() -> None:
    shape = shape_of(inline([[1, 0, 0], [0, 0, 1], [0, 1, 0]], 3, "mse"))
    assert (shape.task, shape.classes) == ("multiclass", (0, 1, 2))


def test_inline_rows_are_values_otherwise() -> None:
    shape = shape_of(inline([[0.2, 0.8], [1, 0]], 2, "categorical_crossentropy"))
    assert (shape.task, shape.classes, shape.n_targets) == ("regression", None, 2)


def test_the_loss_decides_about_whole_numbers() -> None:
    targets: list[Any] = [3, 1.0, 2, 3]
    assert shape_of(inline(targets)).classes is None
    assert shape_of(inline(targets, 3, "sparse_categorical_crossentropy")).classes == (1, 2, 3)
    assert shape_of(inline(targets, 3, "mse", task="classification")).classes == (1, 2, 3)
    assert shape_of(inline(targets, 1, "binary_crossentropy", task="regression")).classes is None


def test_fractions_are_values_even_for_a_loss_on_classes() -> None:
    assert shape_of(inline([0.25, 1.0], 1, "binary_crossentropy")).task == "regression"
