"""The rows are exactly those of the notebook's own code."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.datasets import load_iris, make_circles
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from models.engine.data.dataset import DataError, identity, load
from models.engine.training import Trainer
from models.presets import presets
from models.specs.check import parse
from models.specs.job import TrainingJobSpec
from tests.models.engine.documents import circles


def test_circles_are_scaled_over_all_rows_and_split_at_the_head() -> None:
    features, labels = make_circles(n_samples=1000, noise=0.1, random_state=1)
    scaled = MinMaxScaler(feature_range=(-1, 1)).fit_transform(features)
    dataset = load(presets()["S2"].spec)
    assert dataset.train_rows == dataset.test_rows == 500
    np.testing.assert_array_equal(dataset.features, features)
    np.testing.assert_array_equal(dataset.scaled, scaled.astype(np.float32))
    np.testing.assert_array_equal(dataset.targets.encoded[:, 0], labels)


def two_spirals(points: int, noise: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The notebook's recipe on numpy's global generator."""
    n = np.sqrt(np.random.rand(points, 1)) * 780 * (2 * np.pi) / 360  # noqa: NPY002
    x = -np.cos(n) * n + np.random.rand(points, 1) * noise  # noqa: NPY002
    y = np.sin(n) * n + np.random.rand(points, 1) * noise  # noqa: NPY002
    return np.vstack((np.hstack((x, y)), np.hstack((-x, -y)))), np.hstack((np.zeros(points), np.ones(points)))


def test_spirals_are_the_notebooks_under_the_same_seed() -> None:
    spec = presets()["S5"].spec
    np.random.seed(spec.data.source.model_dump()["random_state"])  # noqa: NPY002
    features, labels = two_spirals(1000, 0.8)
    train_x, test_x, train_y, test_y = train_test_split(features, labels, test_size=0.2, random_state=1)
    scaler = StandardScaler()
    expected = np.concatenate([scaler.fit_transform(train_x), scaler.transform(test_x)])
    dataset = load(spec)
    assert (dataset.train_rows, dataset.test_rows) == (1600, 400)
    np.testing.assert_array_equal(dataset.scaled, expected.astype(np.float32))
    np.testing.assert_array_equal(dataset.targets.encoded[:, 0], np.concatenate([train_y, test_y]))


def test_iris_is_standardised_over_all_rows_and_one_hot() -> None:
    table = load_iris()
    expected = (table.data - table.data.mean(axis=0)) / table.data.std(axis=0)
    dataset = load(presets()["S6"].spec)
    assert (dataset.train_rows, dataset.test_rows) == (150, 0)
    np.testing.assert_allclose(dataset.scaled, expected, rtol=1e-6, atol=1e-6)
    np.testing.assert_array_equal(dataset.targets.encoded, np.eye(3)[table.target])


def test_digest_changes_with_the_rows_alone() -> None:
    document = circles()
    same = circles(epochs=3, seed=9)
    other = circles()
    other["data"]["source"]["random_state"] = 2
    digest = load(parse(document)).digest
    assert load(parse(same)).digest == digest
    assert load(parse(other)).digest != digest


def test_a_recipe_that_refuses_its_arguments_is_a_data_error() -> None:
    document = circles()
    # The rules of a spec refuse this already; whatever they cannot foresee ends here.
    document["data"]["scaler"] = {"type": "power", "method": "box-cox"}
    with pytest.raises(DataError, match="strictly positive"):
        load(TrainingJobSpec.model_validate(document))


def test_the_rows_of_the_last_job_serve_its_other_seeds_and_nobody_else() -> None:
    document = circles()
    drawn = circles()
    drawn["data"]["source"]["random_state"] = None
    categorical = circles(loss="mean_squared_error")
    trainer = Trainer()
    rows = trainer.load(parse(document))
    assert trainer.load(parse(document | {"seed": 9})) is rows
    assert trainer.load(parse(drawn)) is not rows
    first, other = (trainer.load(parse(drawn | {"seed": seed})) for seed in (1, 2))
    assert first.digest != other.digest
    assert identity(parse(categorical)) == identity(parse(document))  # encoded in the same way
    assert trainer.load(parse(document)).digest == rows.digest
