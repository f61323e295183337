"""A training that is taken up from any of its checkpoints ends as if it had never stopped."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from models.engine.checkpoint import COST, Cadence
from models.engine.training import Trainer
from models.events import Checkpoint, Epochs, Event, Finished, Started, Surface
from models.record import Record
from models.specs.canonical import canonical
from models.specs.check import parse
from tests.models.engine.documents import circles, with_layers

pytestmark = pytest.mark.slow

STOPPING = {"monitor": "val_loss", "restore_best_weights": True}
DECAY = {"type": "exponential_decay", "initial_learning_rate": 0.05, "decay_steps": 7, "decay_rate": 0.9}
NOISY = (
    {"type": "dense", "units": 5, "activation": "tanh"},
    "batch_normalization",
    {"type": "dropout", "rate": 0.3},
    {"type": "dense", "units": 1, "activation": "sigmoid"},
)
DOCUMENTS = {
    "momentum": circles(epochs=12),
    "stopped early": circles(
        epochs=100,
        optimizer={"type": "sgd", "learning_rate": 0.3, "momentum": 0.9},
        early_stopping=STOPPING | {"patience": 40, "min_delta": 0.02},
    ),
    "adam, a schedule, noise, averaged weights": with_layers(
        circles(
            epochs=100,
            optimizer={"type": "adam", "learning_rate": DECAY, "use_ema": True, "ema_overwrite_frequency": 7},
            early_stopping=STOPPING | {"patience": 40, "min_delta": 0.02},
        ),
        *NOISY,
    ),
}
RICHEST = "adam, a schedule, noise, averaged weights"


@pytest.fixture(scope="module")
def trainer() -> Iterator[Trainer]:
    """One trainer, so that equal shapes compile once.

    No training is quick, so chunks are a quarter of it at most, and the early stops lie behind two of them.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("models.engine.chunks.QUICK", 0.0)
        yield Trainer(checkpoint_seconds=0)


@pytest.fixture(scope="module")
def undisturbed(trainer: Trainer) -> dict[str, list[Event]]:
    """What each training says that nothing stops."""
    return {name: list(trainer.train(parse(document))) for name, document in DOCUMENTS.items()}


def checkpoints(events: Sequence[Event]) -> list[Checkpoint]:
    return [event for event in events if isinstance(event, Checkpoint)]


def up_to(events: Sequence[Event], checkpoint: Checkpoint) -> list[Event]:
    """What had been said when a checkpoint was."""
    return list(events[: events.index(checkpoint)])


def started(events: Sequence[Event]) -> Started:
    """The beginning of a training that began."""
    return next(event for event in events if isinstance(event, Started))


def finished(events: Sequence[Event]) -> Finished:
    """The end of a training that ended."""
    assert isinstance(events[-1], Finished), events[-1]
    return events[-1]


def summed(document: dict[str, Any], events: Sequence[Event]) -> Record:
    """The events added up."""
    record = Record(canonical(parse(document)))
    for event in events:
        record.add(event)
    return record


def check_equal(document: dict[str, Any], whole: Sequence[Event], pieces: Sequence[Event]) -> None:
    """Assert that a training said all that it says when nothing stops it, each once."""
    mine, other = finished(whole), finished(pieces)
    assert other.weights_digest == mine.weights_digest
    assert other.model_copy(update={"receipt": mine.receipt}) == mine
    one, two = summed(document, whole), summed(document, pieces)
    assert one.history.keys() == two.history.keys()
    for name, column in one.history.items():
        np.testing.assert_array_equal(two.history[name], column)
    np.testing.assert_array_equal(two.trace.epoch, one.trace.epoch)
    assert one.trace.quantities.keys() == two.trace.quantities.keys()
    for name, values in (one.trace.quantities | one.trace.overall).items():
        np.testing.assert_array_equal((two.trace.quantities | two.trace.overall)[name], values)
    surfaces, others = ([e for e in events if isinstance(e, Surface)] for events in (whole, pieces))
    assert [surface.epoch for surface in others] == [surface.epoch for surface in surfaces]
    for surface, same in zip(surfaces, others, strict=True):
        np.testing.assert_allclose(same.output.numpy(), surface.output.numpy(), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_from_each_checkpoint_it_ends_with_the_same_digest(
    trainer: Trainer, undisturbed: dict[str, list[Event]], name: str
) -> None:
    document, whole = DOCUMENTS[name], undisturbed[name]
    said = checkpoints(whole)
    assert len(said) >= 2
    for checkpoint in said:
        rest = list(trainer.train(parse(document), checkpoint))
        assert started(rest).epoch == checkpoint.epoch
        assert next(event.first for event in rest if isinstance(event, Epochs)) == checkpoint.epoch + 1
        check_equal(document, whole, up_to(whole, checkpoint) + rest)


def test_the_early_stop_lies_behind_checkpoints(undisturbed: dict[str, list[Event]]) -> None:
    """Else the tests above would not see whether what early stopping remembers is kept."""
    for name in ("stopped early", RICHEST):
        assert finished(undisturbed[name]).stop_reason == "early_stopped", name


@pytest.mark.parametrize("damage", ["content", "cut", "encoding", "epoch", "spec", "versions"])
def test_with_one_that_it_cannot_use_it_starts_anew(
    trainer: Trainer,
    undisturbed: dict[str, list[Event]],
    damage: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    document, whole = DOCUMENTS["momentum"], undisturbed["momentum"]
    checkpoint = checkpoints(whole)[0]
    content = checkpoint.bytes()
    match damage:
        case "content":
            broken = base64.b64encode(content[:-1] + bytes([content[-1] ^ 1])).decode()
            checkpoint = checkpoint.model_copy(update={"content": broken})
        case "cut":
            checkpoint = Checkpoint.of(checkpoint.epoch, content[:-4])
        case "encoding":
            checkpoint = checkpoint.model_copy(update={"content": "?"})
        case "epoch":
            checkpoint = checkpoint.model_copy(update={"epoch": 2})
        case "spec":
            checkpoint = checkpoints(undisturbed["stopped early"])[0]
        case "versions":
            checkpoint = Checkpoint.of(checkpoint.epoch, content.replace(b'keras\\": \\"', b'keras\\": \\"0', 1)[:])
    events = list(trainer.train(parse(document), checkpoint))
    assert started(events).epoch == 0
    assert "the training starts anew" in caplog.text
    check_equal(document, whole, events)


class TestCadence:
    def test_without_seconds_none_is_ever_due(self) -> None:
        assert not Cadence(None).due()

    def test_with_zero_one_is_always_due(self) -> None:
        cadence = Cadence(0)
        assert cadence.due()
        cadence.made(1000.0)
        assert cadence.due()

    def test_one_that_costs_much_is_made_seldom(self) -> None:
        cadence = Cadence(2.0)
        assert not cadence.due()
        cadence.made(0.001)
        assert cadence.pause == 2.0
        cadence.made(3.0)
        assert cadence.pause == COST * 3.0
