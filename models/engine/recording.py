"""What a chunk of epochs measured, as events."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.engine.probe import OVERALL, PER_LAYER, Recorded
from models.engine.program import Chunk, Program
from models.engine.rows import Rows
from models.events import Array, Epochs, TraceBlock


def untrained_event(program: Program, rows: Rows, snapshot: Any) -> Epochs:
    """The trace's row of epoch 0: no update has been made, so nothing about updates exists."""
    recorded = program.untrained(rows, snapshot)
    return Epochs(first=1, count=0, history={}, trace=block([0], recorded, np.full((1, 2), np.nan, np.float32)))


def chunk_event(
    program: Program, rows: Rows, chunk: Chunk, done: int, taken: int, helper: ThreadPoolExecutor | None = None
) -> Epochs:
    """The first ``taken`` epochs of a chunk that began after ``done`` epochs; ``helper`` as of ``Program.read``."""
    history = {
        name: Array.of(chunk.history[:taken, column].astype(np.float64)) for column, name in enumerate(program.columns)
    }
    history["learning_rate"] = Array.of(program.rates.last(done + 1, taken))
    numbers = np.arange(done + 1, done + taken + 1)
    chosen = np.flatnonzero(numbers % program.spec.diagnostics.every == 0)
    trace = None
    if len(chosen):
        recorded = program.read(rows, chunk.snapshots, chosen.tolist(), helper)
        trace = block(numbers[chosen].tolist(), recorded, chunk.clipping[chosen])
    return Epochs(first=done + 1, count=taken, history=history, trace=trace)


def block(epochs: list[int], recorded: Recorded, clipping: NDArray[np.float32]) -> TraceBlock:
    """Rows of the trace.

    Args:
        epochs: R of them.
        recorded: what the probe has read after each.
        clipping: (R, 2) as of a :class:`Chunk`.
    """
    packed = recorded.trace
    overall = np.concatenate([recorded.norms[:, None], clipping], axis=1)
    return TraceBlock(
        epoch=epochs,
        quantities={name: Array.of(np.ascontiguousarray(packed[:, index])) for index, name in enumerate(PER_LAYER)},
        overall={name: Array.of(np.ascontiguousarray(overall[:, index])) for index, name in enumerate(OVERALL)},
    )
