"""A training tells everything, in order, and always the same."""

from __future__ import annotations

import json
from typing import Any

import keras
import numpy as np
import pytest
from safetensors.numpy import load as load_tensors

from models.engine.export.litert import ExportError, compare
from models.engine.network.architecture import build
from models.engine.training import Trainer
from models.events import Artifact, Epochs, Event, Finished, Started, Surface
from models.record import Record
from models.specs.canonical import canonical
from models.specs.check import parse
from tests.models.engine.documents import circles

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    """One trainer, so that equal shapes compile once."""
    return Trainer()


def run(trainer: Trainer, document: dict[str, Any]) -> tuple[list[Event], Record]:
    """The events of one training, and their sum."""
    spec = parse(document)
    record = Record(canonical(spec))
    events = list(trainer.train(spec))
    for event in events:
        record.add(event)
    return events, record


def finished(record: Record) -> Finished:
    """The end of a training that ended."""
    assert record.finished is not None
    return record.finished


def test_history_and_trace_have_every_epoch_once(trainer: Trainer) -> None:
    events, record = run(trainer, circles(epochs=23))
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Finished)
    assert events[0].metrics == ["loss", "accuracy", "val_loss", "val_accuracy", "learning_rate"]
    chunks = [event for event in events if isinstance(event, Epochs)]
    assert chunks[0].count == 0
    assert [chunk.first for chunk in chunks[1:]] == list(np.cumsum([1] + [c.count for c in chunks[1:-1]]))
    assert {name: len(column) for name, column in record.history.items()} == dict.fromkeys(events[0].metrics, 23)
    assert record.trace.epoch.tolist() == list(range(24))
    assert all(values.shape == (24, 3) for values in record.trace.quantities.values())
    assert np.isnan(record.trace.quantities["update_ratio"][0]).all()
    assert np.isfinite(record.trace.quantities["update_ratio"][1:]).all()
    assert finished(record).stop_reason == "completed"
    assert finished(record).metrics["test"]["loss"] == pytest.approx(record.history["val_loss"][-1], rel=1e-5)


def test_the_trace_can_be_thinned(trainer: Trainer) -> None:
    _, record = run(trainer, circles(epochs=10) | {"diagnostics": {"every": 4}})
    assert record.trace.epoch.tolist() == [0, 4, 8]


def test_same_seed_same_digest_other_seed_other_digest(trainer: Trainer) -> None:
    one, again, other = (finished(run(trainer, circles(seed=seed))[1]).weights_digest for seed in (1, 1, 2))
    fresh = finished(run(Trainer(), circles())[1]).weights_digest
    assert one == again == fresh
    assert one != other


def test_weights_begin_as_plain_keras_begins_them(trainer: Trainer) -> None:
    document = circles(epochs=1, optimizer={"type": "sgd", "learning_rate": 0.0})
    events, _ = run(trainer, document)
    stored = next(event for event in events if isinstance(event, Artifact) and event.name == "weights")
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((2,)),
            keras.layers.Dense(5, activation="relu", kernel_initializer="he_uniform"),
            keras.layers.Dense(5, activation="relu", kernel_initializer="he_uniform"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    for name, tensor in zip(
        ["dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias", "dense_2/kernel", "dense_2/bias"],
        model.get_weights(),
        strict=True,
    ):
        np.testing.assert_array_equal(load_tensors(stored.bytes())[name], tensor)


def test_shared_initializers_repeat_their_values() -> None:
    document = circles()
    document["architecture"]["init_sharing"] = "shared"
    document["architecture"]["layers"][0]["repeat"] = 3
    kernels = [layer.kernel.numpy() for layer in build(parse(document), 2).kernels]
    np.testing.assert_array_equal(kernels[1], kernels[2])
    document["architecture"]["init_sharing"] = "independent"
    kernels = [layer.kernel.numpy() for layer in build(parse(document), 2).kernels]
    assert not np.array_equal(kernels[1], kernels[2])


def test_a_run_that_diverges_ends_at_the_first_bad_epoch(trainer: Trainer) -> None:
    document = {
        "data": {"source": {"type": "linear", "n_samples": 100, "n_features": 3}},
        "architecture": {"layers": [{"type": "dense", "units": 4}, {"type": "dense", "units": 1}]},
        "training": {"optimizer": {"type": "sgd", "learning_rate": 3.0}, "loss": "mse", "epochs": 200},
    }
    _, record = run(trainer, document)
    assert finished(record).stop_reason == "diverged"
    loss = record.history["loss"]
    assert finished(record).epochs == len(loss) < 200
    assert np.isfinite(loss[:-1]).all()
    assert not np.isfinite(loss[-1])
    assert finished(record).non_finite


@pytest.mark.parametrize("restore", [False, True])
def test_early_stopping_stops_where_keras_stops(trainer: Trainer, restore: bool) -> None:
    stopping = {"monitor": "val_loss", "patience": 2, "min_delta": 0.01, "restore_best_weights": restore}
    document = circles(epochs=100, early_stopping=stopping)
    _, record = run(trainer, document)
    _, whole = run(trainer, circles(epochs=finished(record).epochs))
    np.testing.assert_array_equal(record.history["val_loss"], whole.history["val_loss"])
    callback = keras.callbacks.EarlyStopping(**stopping)
    stub = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    stub.compile(loss="mse")
    stub.stop_training = False
    callback.set_model(stub)
    callback.on_train_begin()
    for epoch, value in enumerate(record.history["val_loss"]):
        assert not stub.stop_training
        callback.on_epoch_end(epoch, {"val_loss": value})
    assert stub.stop_training
    assert finished(record).stop_reason == "early_stopped"
    kept = callback.best_epoch + 1 if restore else finished(record).epochs
    _, best = run(trainer, circles(epochs=kept))
    assert finished(record).weights_digest == finished(best).weights_digest


def test_surfaces_follow_two_features(trainer: Trainer) -> None:
    events, _ = run(trainer, circles(epochs=9))
    surfaces = [event for event in events if isinstance(event, Surface)]
    assert [surface.epoch for surface in surfaces] == [0, 1, 2, 3, 5, 8, 9]
    assert surfaces[0].output.numpy().shape == (50, 50, 1)


def test_a_surface_is_what_the_network_was_after_its_epoch(trainer: Trainer) -> None:
    events, _ = run(trainer, circles(epochs=9))
    whole = {event.epoch: event for event in events if isinstance(event, Surface)}
    for epochs in (0, 5):
        shorter, _ = run(trainer, circles(epochs=epochs or 1))
        [same] = [event for event in shorter if isinstance(event, Surface) and event.epoch == epochs]
        np.testing.assert_allclose(whole[epochs].output.numpy(), same.output.numpy(), rtol=1e-4, atol=1e-6)


def test_the_receipt_says_what_decided(trainer: Trainer) -> None:
    _, record = run(trainer, circles())
    receipt = finished(record).receipt
    assert receipt["data"]["train_rows"] == receipt["data"]["test_rows"] == 150
    assert sum(receipt["data"]["class_counts"]) == 150
    assert receipt["data"]["constant_loss"] == pytest.approx(np.log(2), rel=0.02)
    assert receipt["export_difference"] < 1e-5
    assert receipt["export_error"] is None
    assert receipt["flags"]["jit_compile"] is False  # too few steps
    assert {"data", "train", "save"} <= set(receipt["timings"])
    json.dumps(receipt, allow_nan=False)


def test_a_failed_export_fails_no_job(trainer: Trainer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.engine.export.litert.TOLERANCE", -1.0)  # nothing is near enough
    events, record = run(trainer, circles())
    assert {event.name for event in events if isinstance(event, Artifact)} == {
        "weights",
        "keras",
        "signature",
        "predictions",
    }
    assert finished(record).stop_reason == "completed"
    assert finished(record).receipt["export_difference"] is None
    assert finished(record).receipt["export_error"] == "the exported network differs from Keras"


def test_bytes_that_do_not_run_are_no_export() -> None:
    with pytest.raises(ExportError):
        compare(b"no flatbuffer", np.zeros((1, 2), np.float32), np.zeros((1, 1), np.float32))


def test_the_spec_alone_decides_whether_it_is_compiled(trainer: Trainer) -> None:
    rows = {"type": "circles", "n_samples": 60, "random_state": 1}
    short = circles(epochs=2)
    short["data"] = {"source": rows, "split": {"type": "head", "train_size": 40}}
    long = short | {"training": short["training"] | {"epochs": 4001, "batch_size": 40}}
    assert finished(run(trainer, long)[1]).receipt["flags"]["jit_compile"] is True
    # Its shape is compiled now, and it is run as if it were not.
    again = short | {"training": short["training"] | {"batch_size": 40}}
    assert finished(run(trainer, again)[1]).receipt["flags"]["jit_compile"] is False
