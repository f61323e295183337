"""Measures how many seconds each phase of a training takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter


class Phases:
    """Adds up seconds by phase: data, trace, compile, train, save.

    Example:
        >>> phases = Phases()
        >>> with phases.measure("data"):
        ...     rows = list(range(10))
        >>> list(phases.seconds)
        ['data']
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def measure(self, phase: str) -> Iterator[None]:
        """Account the block's time to ``phase``."""
        start = perf_counter()
        try:
            yield
        finally:
            self.add(phase, perf_counter() - start)

    def add(self, phase: str, seconds: float) -> None:
        """Account ``seconds`` to ``phase``."""
        self.seconds[phase] = self.seconds.get(phase, 0.0) + seconds
