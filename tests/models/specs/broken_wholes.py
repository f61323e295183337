"""Whole documents that cannot train."""

from __future__ import annotations

import math
from typing import Any

from tests.models.specs.broken_ranges import nested
from tests.models.specs.documents import REMOVED, changed, circles, inline, small

OUTPUT = "/architecture/layers/1"

# Whole documents.
WHOLE: list[tuple[str, Any, str]] = [
    ("nothing", None, ""),
    ("a number", 3, ""),
    ("a truth value", True, ""),
    ("a string", "S2", ""),
    ("a list", [circles()], ""),
    ("an empty list", [], ""),
    ("NaN", math.nan, ""),
    ("an empty object", {}, "/data"),
    ("a deep list", nested(100_000), "/0" * 32),
    ("regression, two outputs", small("diabetes", 2, "mse"), OUTPUT + "/units"),
    ("regression, index loss", small("diabetes", 1, "sparse_categorical_crossentropy"), "/training/loss"),
    ("regression, one-hot loss", small("diabetes", 1, "categorical_crossentropy"), "/training/loss"),
    ("regression, class weights", small("diabetes", 1, "mse", class_weight={"1": 2}), "/training/class_weight"),
    ("regression, sparse metric", small("diabetes", 1, "mse", metrics=["sparse_top_k"]), "/training/metrics/0"),
    (
        "regression, stratified",
        changed(small("diabetes", 1, "mse"), "/data/split", {"type": "random", "stratify": True}),
        "/data/split/stratify",
    ),
    ("two targets, one output", small({"type": "regression", "n_targets": 2}, 1, "mse"), OUTPUT + "/units"),
    ("iris, two outputs", small("iris", 2, "categorical_crossentropy"), OUTPUT + "/units"),
    ("iris, four outputs", small("iris", 4, "categorical_crossentropy"), OUTPUT + "/units"),
    ("iris, too few outputs", small("iris", 2, "sparse_categorical_crossentropy"), OUTPUT + "/units"),
    ("iris, two outputs, mse", small("iris", 2, "mse"), OUTPUT + "/units"),
    (
        "iris, auc on numbers",
        small("iris", 3, "sparse_categorical_crossentropy", metrics=["auc"]),
        "/training/metrics/0",
    ),
    (
        "iris, precision on numbers",
        small("iris", 3, "sparse_categorical_crossentropy", metrics=["accuracy", "precision"]),
        "/training/metrics/1",
    ),
    (
        "iris, sparse accuracy on one-hot rows",
        small("iris", 3, "categorical_crossentropy", metrics=["sparse_categorical_accuracy"]),
        "/training/metrics/0",
    ),
    (
        "watching validation without a split",
        small("iris", 3, "categorical_crossentropy", early_stopping={"patience": 3}),
        "/training/early_stopping",
    ),
    (
        "watching validation that is switched off",
        {
            **circles(),
            "training": {
                "loss": "binary_crossentropy",
                "epochs": 1,
                "validation": None,
                "early_stopping": {"monitor": "val_loss"},
            },
        },
        "/training/early_stopping/monitor",
    ),
    (
        "no dense layer, though the widths fit",
        changed(
            small({"type": "regression", "n_features": 2, "n_targets": 2}, 2, "mse"), "/architecture/layers", ["prelu"]
        ),
        "/architecture/layers",
    ),
    ("no dense layer", changed(small("iris", 3, "mse"), "/architecture/layers", ["relu"]), "/architecture/layers"),
    ("one row", inline([1.0]), "/data/source/targets"),
    ("no rows", inline([]), "/data/source/targets"),
    ("a ragged table", changed(inline([1.0, 2.0]), "/data/source/features/1", [1.0]), "/data/source/features/1"),
    ("an empty row", changed(inline([1.0, 2.0]), "/data/source/features/0", []), "/data/source/features/0"),
    ("a name in the table", changed(inline([1.0, 2.0]), "/data/source/features/1/0", "x"), "/data/source/features/1/0"),
    (
        "a null in the table",
        changed(inline([1.0, 2.0]), "/data/source/features/1/1", None),
        "/data/source/features/1/1",
    ),
    (
        "NaN in the table",
        changed(inline([1.0, 2.0]), "/data/source/features/1/1", math.nan),
        "/data/source/features/1/1",
    ),
    ("a flat table", changed(inline([1.0, 2.0]), "/data/source/features", [1.0, 2.0]), "/data/source/features/0"),
    ("no table", changed(inline([1.0, 2.0]), "/data/source/features", REMOVED), "/data/source/features"),
    ("no targets", changed(inline([1.0, 2.0]), "/data/source/targets", REMOVED), "/data/source/targets"),
    ("too few targets", changed(inline([1.0, 2.0, 3.0]), "/data/source/targets", [1.0, 2.0]), "/data/source/targets"),
    ("mixed targets", inline([1.0, "a", 2.0]), "/data/source/targets/1"),
    ("mixed names", inline(["a", 1]), "/data/source/targets/1"),
    ("mixed truth values", inline([True, 1]), "/data/source/targets/1"),
    ("a null target", inline([1.0, None]), "/data/source/targets/1"),
    ("a huge target", inline([1.0, 10**400]), "/data/source/targets/1"),
    ("an infinite target", inline([1.0, math.inf]), "/data/source/targets/1"),
    ("a ragged target", inline([[1.0, 2.0], [1.0]], 2), "/data/source/targets/1"),
    ("an object for targets", changed(inline([1.0, 2.0]), "/data/source/targets", {"a": 1}), "/data/source/targets"),
    ("one class", inline(["a", "a"], 1, "binary_crossentropy"), "/data/source/targets"),
    ("one whole number", inline([1, 1], 1, "binary_crossentropy"), "/data/source/targets"),
    ("names for regression", inline(["a", "b"], 1, "mse", task="regression"), "/data/source/task"),
    ("rows for classes", inline([[0.5, 0.5], [1.0, 0.0]], 2, "mse", task="classification"), "/data/source/task"),
    ("an unknown task", inline([1.0, 2.0], 1, "mse", task="ranking"), "/data/source/task"),
    ("fractions for classes", inline([0.5, 1.0], 2, "sparse_categorical_crossentropy"), "/training/loss"),
    (
        "a class of one row, stratified",
        changed(
            inline(["a", "a", "b", "a"], 1, "binary_crossentropy"),
            "/data/split",
            {"type": "random", "test_size": 2, "stratify": True},
        ),
        "/data/split/stratify",
    ),
    (
        "box-cox below zero",
        changed(inline([1.0, 2.0]), "/data/scaler", {"type": "power", "method": "box-cox"}),
        "/data/scaler/method",
    ),
    ("a false label weighed", small("iris", 3, "mse", class_weight={"setosa": 2}), "/training/class_weight/setosa"),
    (
        "more informative features than features",
        small({"type": "classification", "n_features": 3, "n_informative": 4}, 1, "mse"),
        "/data/source/n_features",
    ),
    (
        "more clusters than corners",
        small({"type": "classification", "n_classes": 3, "n_informative": 2}, 3, "mse"),
        "/data/source/n_informative",
    ),
    ("weights of too few classes", small({"type": "classification", "weights": []}, 1, "mse"), "/data/source/weights"),
    (
        "blobs of different lengths",
        small({"type": "blobs", "centers": [[0, 0], [1]]}, 2, "mse"),
        "/data/source/centers/1",
    ),
    ("blobs of one centre", small({"type": "blobs", "centers": 1}, 2, "mse"), "/data/source/centers"),
    ("blobs with names", small({"type": "blobs", "centers": "three"}, 2, "mse"), "/data/source/centers"),
    (
        "blobs with too many widths",
        small({"type": "blobs", "centers": 2, "cluster_std": [1, 2, 3]}, 2, "mse"),
        "/data/source/cluster_std",
    ),
    ("shells without rows", small({"type": "gaussian", "n_samples": 2}, 3, "mse"), "/data/source/n_samples"),
    ("a mean of another length", small({"type": "gaussian", "mean": [0, 0, 0]}, 3, "mse"), "/data/source/mean"),
    ("friedman1 of four features", small({"type": "friedman1", "n_features": 4}, 1, "mse"), "/data/source/n_features"),
    ("a line of two slopes", small({"type": "linear", "coef": [1, 2]}, 1, "mse"), "/data/source/coef"),
    ("one digit", small({"type": "digits", "n_class": 1}, 1, "mse"), "/data/source/n_class"),
    (
        "a trace without end",
        changed(small("iris", 3, "mse", epochs=100_000), "/architecture/layers/0/repeat", 20),
        "",
    ),
    (
        "steps without end",
        small({"type": "circles", "n_samples": 100_000}, 1, "mse", epochs=100_000, batch_size=1),
        "/training/epochs",
    ),
    (
        "activations without end",
        changed(
            small({"type": "circles", "n_samples": 100_000}, 1, "mse", batch_size=100_000),
            "/architecture/layers/0",
            {"type": "dense", "units": 300},
        ),
        "/training/batch_size",
    ),
    (
        "a huge table in the spec",
        small({"type": "inline", "features": [[0.5] * 600] * 1000, "targets": [0.5] * 1000}, 1, "mse"),
        "/data/source",
    ),
    ("a huge table", small({"type": "regression", "n_samples": 100_000, "n_features": 2000}, 1, "mse"), "/data/source"),
]
