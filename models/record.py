"""Adds up the events of one training: its history, its trace and its closing event.

Everything that judges or shows a training reads this, never the live network.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.events import Epochs, Event, Finished, Started, TraceBlock

Floats = NDArray[np.floating[Any]]


@dataclass
class Trace:
    """Per-epoch, per-layer quantities.

    Attributes:
        layers: the L layers with kernels, in order from the input.
        epoch: (T,) the recorded epochs, from 0 (untrained).
        quantities: name -> (T, L) float32.
        overall: name -> (T,) float32.
    """

    layers: list[str]
    epoch: NDArray[np.int64]
    quantities: dict[str, Floats]
    overall: dict[str, Floats]

    @classmethod
    def empty(cls, layers: list[str]) -> Trace:
        """A trace without rows."""
        return cls(layers, np.zeros(0, np.int64), {}, {})

    def append(self, block: TraceBlock) -> None:
        """Add the rows of ``block`` behind the last ones."""
        self.epoch = np.concatenate([self.epoch, np.asarray(block.epoch, np.int64)])
        for store, rows in ((self.quantities, block.quantities), (self.overall, block.overall)):
            for name, array in rows.items():
                values = array.numpy()
                store[name] = np.concatenate([store[name], values]) if name in store else values


@dataclass
class Record:
    """Everything recorded of one training.

    Attributes:
        spec: the canonical spec document.
        history: metric -> (E,) float64, as Keras's History names them.
        trace: per-layer quantities.
        finished: the closing event, None while it runs.
    """

    spec: dict[str, Any]
    history: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    trace: Trace = field(default_factory=lambda: Trace.empty([]))
    finished: Finished | None = None

    def add(self, event: Event) -> None:
        """Account for one event; events must come in the order in which they were said."""
        match event:
            case Started(epoch=0):
                self.trace = Trace.empty(event.layers)
            case Epochs():
                for name, array in event.history.items():
                    values = array.numpy().astype(np.float64)
                    before = self.history.get(name)
                    self.history[name] = values if before is None else np.concatenate([before, values])
                if event.trace is not None:
                    self.trace.append(event.trace)
            case Finished():
                self.finished = event
            case _:
                pass
