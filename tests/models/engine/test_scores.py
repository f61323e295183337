"""A training's matrix, decisions, receipt and files read the output in one and the same way."""

from __future__ import annotations

import json
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load

from models.engine.training import Trainer
from models.events import Artifact, Finished
from models.specs.check import parse
from tests.models.engine.documents import circles

pytestmark = pytest.mark.slow

LOGITS = {"type": "binary_crossentropy", "from_logits": True}
# Loss and last activation -> kind and threshold.
READINGS: dict[str, tuple[Any, str | None, str, float]] = {
    "probability": ("binary_crossentropy", "sigmoid", "probability", 0.5),
    "sigmoid where logits were promised": (LOGITS, "sigmoid", "probability", 0.5),
    "logit": (LOGITS, None, "logit", 0.0),
    "margin": ("hinge", None, "margin", 0.0),
    "value": ("binary_crossentropy", None, "value", 0.5),
}


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    """One trainer, so that equal shapes compile once."""
    return Trainer()


def trained(trainer: Trainer, document: dict[str, Any]) -> tuple[Finished, dict[str, NDArray[Any]], dict[str, Any]]:
    """The end of a training, its stored rows, and its signature."""
    *_, last = events = list(trainer.train(parse(document)))
    assert isinstance(last, Finished)
    files = {event.name: event.bytes() for event in events if isinstance(event, Artifact)}
    return last, load(files["predictions"]), json.loads(files["signature"])


def document(loss: Any, activation: str | None, **training: Any) -> dict[str, Any]:
    made = circles(loss=loss, **training)
    made["architecture"]["layers"][-1]["activation"] = activation
    return made


@pytest.mark.filterwarnings("ignore:.*received `from_logits=True`")
@pytest.mark.parametrize("name", READINGS)
def test_one_reading(trainer: Trainer, name: str) -> None:
    loss, activation, kind, threshold = READINGS[name]
    finished, rows, signature = trained(trainer, document(loss, activation))
    scores = finished.receipt["scores"]
    assert (scores["kind"], scores["threshold"]) == (kind, threshold)
    assert (signature["output"], signature["threshold"], signature["link"]) == (kind, threshold, scores["link"])
    decisions = finished.decisions
    assert decisions is not None
    for split, chosen in (("train", rows["test"] == 0), ("test", rows["test"] == 1)):
        truth, outputs = rows["targets"][chosen].astype(int), rows["outputs"][chosen]
        found = (outputs[:, 0] > threshold).astype(int)
        assert decisions[split]["rows"] == len(truth) == 150
        assert decisions[split]["accuracy"] == np.mean(found == truth)
        assert decisions[split]["undecided"] == 0
        # Keras's value keeps Keras's name.
        theirs = keras.metrics.BinaryAccuracy()(truth[:, None].astype(np.float32), outputs)
        assert finished.metrics[split]["accuracy"] == pytest.approx(float(theirs))
        if split == "test":
            counts = np.zeros((2, 2), int)
            np.add.at(counts, (truth, found), 1)
            assert finished.confusion_matrix == counts.tolist()
        else:
            examined = finished.receipt["examination"]["answers"]["class_counts"]
            assert examined == np.bincount(found, minlength=2).tolist()


def test_a_diverged_classifier_decides_nothing(trainer: Trainer) -> None:
    made = document("mse", None, optimizer={"type": "sgd", "learning_rate": 1e30})
    finished, rows, _ = trained(trainer, made)
    assert finished.stop_reason == "diverged"
    assert np.isnan(rows["outputs"]).all()
    assert finished.confusion_matrix == [[0, 0], [0, 0]]
    assert finished.decisions is not None
    for split in ("train", "test"):
        decisions = finished.decisions[split]
        assert (decisions["rows"], decisions["undecided"], decisions["accuracy"]) == (150, 150, 0.0)


def test_a_regression_decides_nothing(trainer: Trainer) -> None:
    made = document("mse", None)
    made["data"] = {"source": {"type": "linear", "n_samples": 60}}
    made["training"]["metrics"] = []
    finished, _, signature = trained(trainer, made)
    assert finished.decisions is None
    assert (signature["output"], signature["threshold"]) == ("value", None)
