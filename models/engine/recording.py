"""What a chunk of epochs measured, as events."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.engine.probe import OVERALL, PER_LAYER
from models.engine.program import Chunk, Program
from models.engine.rows import Rows
from models.events import Array, Epochs, TraceBlock


def untrained_event(program: Program, rows: Rows) -> Epochs:
    """The trace's row of epoch 0: no update has been made, so nothing about updates exists."""
    chunk = program.untrained(rows)
    overall = np.asarray([[chunk.overall[0, 0], np.nan, np.nan]], np.float32)
    return Epochs(first=1, count=0, history={}, trace=block([0], chunk.trace, overall))


def chunk_event(program: Program, chunk: Chunk, done: int, taken: int, every: int) -> Epochs:
    """The first ``taken`` epochs of a chunk that began after ``done`` epochs."""
    history = {
        name: Array.of(chunk.history[:taken, column].astype(np.float64)) for column, name in enumerate(program.columns)
    }
    history["learning_rate"] = Array.of(program.rates.last(done + 1, taken))
    numbers = np.arange(done + 1, done + taken + 1)
    recorded = np.flatnonzero(numbers % every == 0)
    trace = None
    if len(recorded):
        trace = block(numbers[recorded].tolist(), chunk.trace[recorded], chunk.overall[recorded])
    return Epochs(first=done + 1, count=taken, history=history, trace=trace)


def block(epochs: list[int], packed: NDArray[np.float32], overall: NDArray[np.float32]) -> TraceBlock:
    """Rows of the trace from the packed (E, Q, L) and (E, G) tensors of the program."""
    return TraceBlock(
        epoch=epochs,
        quantities={name: Array.of(np.ascontiguousarray(packed[:, index])) for index, name in enumerate(PER_LAYER)},
        overall={name: Array.of(np.ascontiguousarray(overall[:, index])) for index, name in enumerate(OVERALL)},
    )
