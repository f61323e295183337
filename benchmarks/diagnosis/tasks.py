"""Data sets, with the output layer and the loss that fit them."""

from __future__ import annotations

import random
from dataclasses import dataclass

from benchmarks.networks import Document


@dataclass(frozen=True)
class Task:
    """What is learned.

    Attributes:
        name: of the data.
        source: the data source.
        classes: how many; 0 for a regression.
        train: training rows.
        test_size: the share of test rows in a random split; None for a split at the head.
        raw: whether the features are of a good size as they are.
    """

    name: str
    source: Document
    classes: int
    train: int
    test_size: float | None = None
    raw: bool = False

    def data(self, draw: random.Random) -> Document:
        """The data part of a spec, with one of the usual scalers."""
        scalers: list[Document | None] = [
            {"type": "standard", "fit_on": "train"},
            {"type": "standard", "fit_on": "train"},
            {"type": "min_max", "feature_range": [-1, 1], "fit_on": "train"},
            {"type": "robust", "fit_on": "train"},
            {"type": "power", "fit_on": "train"},
        ]
        if self.raw:
            scalers.append(None)
        split: Document = {"type": "head", "train_size": self.train}
        if self.test_size is not None:
            split = {"type": "random", "test_size": self.test_size, "random_state": 1, "stratify": self.classes > 0}
        return {"source": dict(self.source), "scaler": draw.choice(scalers), "split": split}

    def output(self, draw: random.Random) -> tuple[Document, Document]:
        """The output layer, and the loss and metrics."""
        if self.classes == 0:
            loss = draw.choice(["mse", "mse", "huber", "log_cosh", "mae"])
            return {"type": "dense", "units": 1}, {"loss": loss, "metrics": ["r2"]}
        if self.classes == 2:
            layer = {"type": "dense", "units": 1, "activation": "sigmoid"}
            return layer, {"loss": "binary_crossentropy", "metrics": ["accuracy"]}
        loss = draw.choice(["categorical_crossentropy", "sparse_categorical_crossentropy"])
        layer = {"type": "dense", "units": self.classes, "activation": "softmax"}
        return layer, {"loss": loss, "metrics": ["accuracy"]}


def generated(name: str, classes: int, rows: int, *, raw: bool = False, **arguments: float) -> Task:
    """A source of scikit-learn that is drawn; a quarter of the rows are for the test."""
    source = {"type": name, "n_samples": rows, "random_state": 1, **arguments}
    return Task(name, source, classes, train=rows * 3 // 4, raw=raw)


TABLE = {"n_features": 20, "n_informative": 8, "n_redundant": 4}

TASKS = (
    generated("moons", 2, 800, raw=True, noise=0.2),
    generated("circles", 2, 800, raw=True, noise=0.1, factor=0.5),
    generated("xor", 2, 800, raw=True, noise=0.05),
    generated("blobs", 4, 800, centers=4, cluster_std=1.5),
    generated("gaussian", 3, 900, raw=True, n_features=3, n_classes=3),
    generated("classification", 2, 1000, raw=True, class_sep=1.5, **TABLE),
    generated("classification", 5, 1200, raw=True, n_classes=5, n_clusters_per_class=1, class_sep=1.5, **TABLE),
    Task("two_spirals", {"type": "two_spirals", "n_samples": 500, "random_state": 1}, 2, 750, test_size=0.25),
    Task("iris", {"type": "iris"}, 3, 105, test_size=0.3),
    Task("wine", {"type": "wine"}, 3, 124, test_size=0.3),
    Task("breast_cancer", {"type": "breast_cancer"}, 2, 398, test_size=0.3),
    Task("digits", {"type": "digits"}, 10, 1257, test_size=0.3),
    generated("friedman1", 0, 1000, raw=True, noise=0.5),
    generated("friedman1", 0, 1000, raw=True, n_features=5, noise=0.2),
    generated("linear", 0, 600, raw=True, n_features=6, noise=0.2),
    generated("regression", 0, 800, raw=True, n_features=10, n_informative=4, noise=1.0),
    Task("diabetes", {"type": "diabetes"}, 0, 309, test_size=0.3),
)
