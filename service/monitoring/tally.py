"""Counts ended jobs and their durations, from their rows, as counters that only grow."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from datetime import UTC, datetime, timedelta
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.database.tables import JobRow

OVERLAP = timedelta(minutes=5)  # two agents' clocks, or the end of a job and its commit, are not further apart
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0)
WAITED = "queue"  # the receipt's name for the time before the training


class Distribution:
    """A histogram of durations, as Prometheus has it.

    Example:
        >>> waited = Distribution((1.0, 10.0))
        >>> for seconds in (0.5, 1.0, 3.0, 70.0):
        ...     waited.add(seconds)
        >>> waited.buckets(), waited.total
        ([('1.0', 2), ('10.0', 3), ('+Inf', 4)], 74.5)
    """

    def __init__(self, bounds: tuple[float, ...] = SECONDS) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self.total = 0.0  # seconds

    def add(self, seconds: float) -> None:
        """Count one duration."""
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self.total += seconds

    def buckets(self) -> list[tuple[str, int]]:
        """For every bound, how many are not above it."""
        found, below = [], 0
        for bound, count in zip((*map(str, self._bounds), "+Inf"), self._counts, strict=True):
            below += count
            found.append((bound, below))
        return found


class Tally:
    """Adds up the rows of ended jobs, each once.

    Every process that does it comes to the same numbers, whichever agent has trained. The rows of jobs that ended
    before a call are not read again at the next one, save those of the last minutes: jobs do not always become visible
    in the order of their ends. A deleted job stays counted until the process ends.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._counted: dict[str, datetime] = {}  # jobs that will be read again
        self._since: datetime | None = None  # everything that ended before is counted
        self.ended: Counter[str] = Counter()  # by status
        self.diverged = 0
        self.waited = Distribution()
        self.phases: dict[str, Distribution] = {}

    def extend(self, session: Session) -> None:
        """Count the jobs that have ended since the last call."""
        with self._lock:
            begun = datetime.now(UTC)
            query = select(
                JobRow.id, JobRow.status, JobRow.finished_at, JobRow.result["stop_reason"], JobRow.receipt["timings"]
            ).where(JobRow.finished_at.is_not(None))
            if self._since is not None:
                query = query.where(JobRow.finished_at >= self._since)
            for job_id, status, finished_at, stop_reason, timings in session.execute(query):
                if job_id not in self._counted:
                    self._counted[job_id] = finished_at
                    self._count(status, stop_reason, timings or {})
            self._since = begun - OVERLAP
            self._counted = {job_id: at for job_id, at in self._counted.items() if at >= self._since}

    def _count(self, status: str, stop_reason: str | None, timings: dict[str, float]) -> None:
        self.ended[status] += 1
        self.diverged += stop_reason == "diverged"
        for phase, seconds in timings.items():
            if phase == WAITED:
                self.waited.add(seconds)
            else:
                self.phases.setdefault(phase, Distribution()).add(seconds)
