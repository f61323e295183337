"""Counts the answers of each model in this process and their durations, for the statistics extension of Triton."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any

MOST_SIZES = 64  # sizes of batches that are counted one by one; others count toward the whole only


@dataclass
class Duration:
    """How often something was done, and how long it took in total."""

    count: int = 0
    ns: int = 0

    def add(self, ns: int) -> None:
        """Count one more."""
        self.count += 1
        self.ns += ns

    def document(self) -> dict[str, int]:
        """As the statistics extension writes it."""
        return {"count": self.count, "ns": self.ns}


@dataclass(frozen=True)
class Phases:
    """The time that one answer took, in nanoseconds: reading and scaling, the network, writing."""

    read: int
    infer: int
    write: int

    def __add__(self, other: Phases) -> Phases:
        """The time that two parts of one answer took."""
        return Phases(self.read + other.read, self.infer + other.infer, self.write + other.write)

    @property
    def whole(self) -> int:
        """The total of all three."""
        return self.read + self.infer + self.write


@dataclass
class Computing:
    """The phases of many answers."""

    read: Duration = field(default_factory=Duration)
    infer: Duration = field(default_factory=Duration)
    write: Duration = field(default_factory=Duration)

    def add(self, phases: Phases) -> None:
        """Count one more answer."""
        self.read.add(phases.read)
        self.infer.add(phases.infer)
        self.write.add(phases.write)

    def document(self) -> dict[str, dict[str, int]]:
        """As the statistics extension writes them."""
        return {
            "compute_input": self.read.document(),
            "compute_infer": self.infer.document(),
            "compute_output": self.write.document(),
        }


class Statistics:
    """The statistics of one version of a model, since the process has begun."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0  # milliseconds since 1970
        self._rows = 0
        self._success = Duration()
        self._fail = Duration()
        self._whole = Computing()
        self._sizes: dict[int, Computing] = {}

    def succeeded(self, rows: int, phases: Phases) -> None:
        """Count an answer about so many rows."""
        with self._lock:
            self._last = time.time_ns() // 10**6
            self._rows += rows
            self._success.add(phases.whole)
            self._whole.add(phases)
            if rows in self._sizes or len(self._sizes) < MOST_SIZES:
                self._sizes.setdefault(rows, Computing()).add(phases)

    def failed(self, ns: int) -> None:
        """Count a request that could not be answered."""
        with self._lock:
            self._fail.add(ns)

    def document(self, name: str, version: str) -> dict[str, Any]:
        """As the statistics extension writes them; there is neither a queue nor a cache of answers."""
        with self._lock:
            return {
                "name": name,
                "version": version,
                "last_inference": self._last,
                "inference_count": self._rows,
                "execution_count": self._success.count,
                "inference_stats": {
                    "success": self._success.document(),
                    "fail": self._fail.document(),
                    "queue": Duration(self._success.count).document(),
                    **self._whole.document(),
                    "cache_hit": Duration().document(),
                    "cache_miss": Duration().document(),
                },
                "batch_stats": [
                    {"batch_size": size, **phases.document()} for size, phases in sorted(self._sizes.items())
                ],
            }
