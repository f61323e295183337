"""Turns what a chunk of epochs has left into events, in a thread behind the training."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.engine.data.rows import Rows
from models.engine.phases import Phases
from models.engine.probe.probe import OVERALL, PER_LAYER, Recorded
from models.engine.program import Chunk, Program
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
        self.waiting: deque[Future[list[Event]] | Event] = deque()
        self.start: NDArray[np.float32] | None = None  # what is to be read with the first chunk
        self.behind: list[Event] = []  # what is to be said between the two

    def untrained(self, snapshot: NDArray[np.float32], *, at_once: bool) -> None:
        """Read the network as it was before its first step; if not at once, together with the first chunk."""
        if at_once:
            self.waiting.append(self.thread.submit(start_events, self.program, self.rows, snapshot))
        else:
            self.start = snapshot

    def chunk(self, chunk: Chunk, done: int, taken: int) -> None:
        """Read the first ``taken`` epochs of a chunk that began after ``done`` epochs."""
        given = self.program, self.rows, self.start, self.behind, chunk, done, taken
        self.waiting.append(self.thread.submit(chunk_events, *given))
        self.start, self.behind = None, []

    def add(self, *events: Event) -> None:
        """Say these after what is being read, or is to be."""
        (self.waiting if self.start is None else self.behind).extend(events)

    def events(self, running: Future[Any] | None = None) -> Iterator[Event]:
        """What there is to say by now.

        Args:
            running: the work beside which there is time to wait for it; without, everything is waited for.
        """
        while self.waiting:
            made = self.waiting[0]
            if isinstance(made, Future):
                with self.phases.measure("train"):
                    unread = sum(isinstance(entry, Future) for entry in self.waiting)
                    if running is not None and unread <= BEHIND:
                        wait([made, running], return_when=FIRST_COMPLETED)
                        if not made.done():
                            return
                    events = made.result()
            else:
                events = [made]
            self.waiting.popleft()
            yield from events


def start_events(program: Program, rows: Rows, snapshot: NDArray[np.float32]) -> list[Event]:
    """The trace's row of epoch 0."""
    return [untrained_event(program.untrained(rows, snapshot))]


def chunk_events(
    program: Program,
    rows: Rows,
    start: NDArray[np.float32] | None,
    behind: list[Event],
    chunk: Chunk,
    done: int,
    taken: int,
) -> list[Event]:
    """The first ``taken`` epochs of a chunk that began after ``done`` epochs; epoch 0 before them where it is given.

    To read it together with others takes no longer than without it.

    Args:
        program: what is trained.
        rows: the job's rows.
        start: (1, W) of epoch 0, or None.
        behind: what is to be said between epoch 0 and the chunk.
        chunk: what the epochs left.
        done: epochs before it.
        taken: how many of it count.
    """
    numbers = np.arange(done + 1, done + taken + 1)
    every = program.spec.diagnostics.every
    chosen = np.flatnonzero(numbers % every == 0)
    snapshots = chunk.snapshots[chosen]
    if start is not None:
        both = program.read(rows, np.concatenate([start, snapshots]))
        untrained, trained = both.part(slice(1)).without_updates(), both.part(slice(1, None))
        return [untrained_event(untrained), *behind, chunk_event(program, chunk, done, chosen, taken, trained)]
    recorded = program.read(rows, snapshots, int(numbers[chosen[0]]) // every) if len(chosen) else None
    return [chunk_event(program, chunk, done, chosen, taken, recorded)]


def untrained_event(recorded: Recorded) -> Epochs:
    """Epoch 0, of what the probe says of it."""
    return Epochs(first=1, count=0, history={}, trace=block([0], recorded, np.full((1, 2), np.nan, np.float32)))


def chunk_event(
    program: Program, chunk: Chunk, done: int, chosen: NDArray[np.intp], taken: int, recorded: Recorded | None
) -> Epochs:
    """The first ``taken`` epochs of a chunk that began after ``done`` epochs.

    Args:
        program: what is trained.
        chunk: what they left.
        done: epochs before.
        chosen: which of them the probe has read.
        taken: how many of them count.
        recorded: what the probe says of these; None of none.
    """
    history = {
        name: Array.of(chunk.history[:taken, column].astype(np.float64)) for column, name in enumerate(program.columns)
    }
    history["learning_rate"] = Array.of(program.rates.last(done + 1, taken))
    trace = None
    if recorded is not None and len(chosen):
        trace = block((chosen + done + 1).tolist(), recorded, chunk.clipping[chosen])
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
