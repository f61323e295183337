"""Chunks cover a training, and end where epochs that are read together do."""

from __future__ import annotations

import pytest

from models.engine.chunks import SECONDS, Chunks
from models.presets import presets
from models.specs.check import parse
from tests.models.engine.documents import circles


def cut(chunks: Chunks, pace: float | None, later: float, done: int = 0) -> list[int]:
    """The chunks of a whole training, of which an epoch takes ``later`` seconds, as is known from the second on."""
    sizes = [chunks.first(done, pace)]
    while done + sum(sizes) < chunks.epochs:
        left = chunks.epochs - done - sum(sizes)
        sizes.append(min(left, chunks.next(done + sum(sizes), later)))
    return sizes


@pytest.mark.parametrize(
    ("guess", "pace", "later", "expected"),
    [
        (1e-3, 1e-4, 1e-4, [255, 245]),  # quick: two
        (1e-3, None, 1e-4, [31, 224, 245]),  # known to be quick from the second on
        (1e-3, None, 5e-4, [31, 96, 128, 128, 117]),
        (1e-6, None, 1e-4, [63, 256, 181]),  # never half of them by a guess
        (1.0, None, 1e-4, [1, 254, 245]),
        (1.0, 5e-4, 5e-4, [63, 128, 128, 128, 53]),
        (1.0, 0.1, 0.1, [1] + [2] * 249 + [1]),
        (1.0, 1.0, 1.0, [1] * 500),
    ],
)
def test_a_training_is_cut_by_its_pace(guess: float, pace: float | None, later: float, expected: list[int]) -> None:
    assert cut(Chunks(500, 64, 1000, guess), pace, later) == expected


def test_the_first_guess_is_of_steps_and_operations() -> None:
    assert Chunks.of(presets()["S2"].spec, 64, 1000).first(0, None) == 38
    document = circles(epochs=500)
    document["architecture"]["layers"][0] |= {"units": 1000}
    document["data"]["source"] |= {"n_samples": 3000}
    document["data"]["split"] |= {"train_size": 2000}
    assert Chunks.of(parse(document), 64, 1000).first(0, None) == 1


@pytest.mark.parametrize("done", [0, 17, 63, 64, 499])
@pytest.mark.parametrize("pace", [1e-5, 1e-3, 3e-2, 5.0])
@pytest.mark.parametrize("together", [1, 4, 64, 320])
@pytest.mark.parametrize("capacity", [1, 7, 5000])
def test_every_chunk_has_epochs_and_stays_short(done: int, pace: float, together: int, capacity: int) -> None:
    for known in (None, pace):
        sizes = cut(Chunks(500, together, capacity, pace), known, pace, done)
        assert sum(sizes) >= 500 - done
        assert all(1 <= size <= capacity for size in sizes)
        assert all(size == 1 or size * pace <= 9 / 8 * SECONDS for size in sizes)


def test_orders_are_prepared_for_the_longest() -> None:
    chunks = Chunks(500, 64, 1000, 1.0)
    assert max(cut(chunks, 1e-4, 1e-4)) <= chunks.most(1e-4) == 256
    assert max(cut(chunks, 5e-4, 5e-4)) <= chunks.most(5e-4) == 128
    assert chunks.most(None) == 128
