"""Right and wrong decisions, counted from the same reading as predictions."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import classification_report, confusion_matrix

from models.confusion import Confusion
from models.signature import Signature


def described(units: int, classes: int, **given: object) -> Signature:
    """A classifier."""
    task = "binary" if classes == 2 else "multiclass"
    shape = {"n_features": 1, "features": ["x0"], "scaler": None, "task": task, "classes": list(range(classes))}
    return Signature.model_validate({**shape, "units": units, **given})


def test_logits_are_decided_at_zero() -> None:
    made = Confusion.of(
        described(1, 2, output="logit", threshold=0.0, link="sigmoid"),
        np.array([0.0, 0.0, 1.0, 1.0]),
        np.array([[-0.2], [0.2], [0.2], [0.7]], np.float32),
    )
    assert made.matrix == [[1, 1], [0, 2]]
    assert made.decisions()["accuracy"] == 0.75


def test_they_agree_with_scikit_learn() -> None:
    random = np.random.default_rng(0)
    truth, outputs = random.integers(0, 3, 50), random.random((50, 3)).astype(np.float32)
    made = Confusion.of(described(3, 3, output="probabilities"), truth.astype(np.float64), outputs)
    found = outputs.argmax(axis=1)
    report = classification_report(truth, found, output_dict=True)
    assert made.matrix == confusion_matrix(truth, found).tolist()
    decisions = made.decisions()
    assert decisions["accuracy"] == pytest.approx(report["accuracy"])
    for entry in decisions["classes"]:
        theirs = report[str(entry["label"])]
        assert entry["precision"] == pytest.approx(theirs["precision"])
        assert entry["recall"] == pytest.approx(theirs["recall"])
        assert entry["support"] == theirs["support"]


def test_rows_of_nan_are_wrong_and_in_no_matrix() -> None:
    outputs = np.array([[np.nan], [0.9], [np.nan], [np.inf]], np.float32)
    made = Confusion.of(described(1, 2, output="probability", threshold=0.5), np.array([0.0, 1.0, 1.0, 1.0]), outputs)
    assert made.matrix == [[0, 0], [0, 1]]
    assert made.decisions() == {
        "rows": 4,
        "undecided": 3,
        "accuracy": 0.25,
        "classes": [
            {"label": 0, "support": 1, "predicted": 0, "precision": None, "recall": 0.0},
            {"label": 1, "support": 3, "predicted": 1, "precision": 1.0, "recall": pytest.approx(1 / 3)},
        ],
    }
