"""What a training measured, as events."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.engine.phases import Phases
from models.engine.probe import OVERALL, PER_LAYER, Recorded
from models.engine.program import Chunk, Program
from models.engine.rows import Rows
from models.events import Array, Epochs, Event, TraceBlock

BEHIND = 2  # chunks that may wait to be read while the next one is trained


class Recorder:
    """Reads what chunks of epochs have left, behind the training, and keeps its events in order.

    Args:
        program: what is trained.
        rows: the job's rows.
        thread: in which chunks are read.
        phases: to which waiting for it is accounted.
    """

    def __init__(self, program: Program, rows: Rows, thread: ThreadPoolExecutor, phases: Phases) -> None:
        self.program = program
        self.rows = rows
        self.thread = thread
        self.phases = phases
        self.waiting: deque[Future[Epochs] | Event] = deque()

    def untrained(self, snapshot: NDArray[np.float32]) -> None:
        """Read the network as it was before its first step."""
        self.waiting.append(self.thread.submit(untrained_event, self.program, self.rows, snapshot))

    def chunk(self, chunk: Chunk, done: int, taken: int) -> None:
        """Read the first ``taken`` epochs of a chunk that began after ``done`` epochs."""
        self.waiting.append(self.thread.submit(chunk_event, self.program, self.rows, chunk, done, taken))

    def add(self, event: Event) -> None:
        """Say this after what is being read."""
        self.waiting.append(event)

    def events(self, running: Future[Any] | None = None) -> Iterator[Event]:
        """What there is to say by now.

        Args:
            running: the work beside which there is time to wait for it; without, everything is waited for.
        """
        while self.waiting:
            event = self.waiting[0]
            if isinstance(event, Future):
                with self.phases.measure("train"):
                    unread = sum(isinstance(entry, Future) for entry in self.waiting)
                    if running is not None and unread <= BEHIND:
                        wait([event, running], return_when=FIRST_COMPLETED)
                        if not event.done():
                            return
                    event = event.result()
            self.waiting.popleft()
            yield event


def untrained_event(program: Program, rows: Rows, snapshot: NDArray[np.float32]) -> Epochs:
    """The trace's row of epoch 0: no update has been made, so nothing about updates exists."""
    recorded = program.untrained(rows, snapshot)
    return Epochs(first=1, count=0, history={}, trace=block([0], recorded, np.full((1, 2), np.nan, np.float32)))


def chunk_event(program: Program, rows: Rows, chunk: Chunk, done: int, taken: int) -> Epochs:
    """The first ``taken`` epochs of a chunk that began after ``done`` epochs."""
    history = {
        name: Array.of(chunk.history[:taken, column].astype(np.float64)) for column, name in enumerate(program.columns)
    }
    history["learning_rate"] = Array.of(program.rates.last(done + 1, taken))
    numbers = np.arange(done + 1, done + taken + 1)
    every = program.spec.diagnostics.every
    chosen = np.flatnonzero(numbers % every == 0)
    trace = None
    if len(chosen):
        recorded = program.read(rows, chunk.snapshots, chosen.tolist(), int(numbers[chosen[0]]) // every)
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
