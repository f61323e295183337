"""Estimates when queued jobs start, from how long the last jobs took per optimizer step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, tuple_, union_all
from sqlalchemy.orm import Session

from service.database.job_states import JobStatus
from service.database.tables import JobRow
from service.queue import agents

RECENT = 50  # ended jobs from which the pace is estimated
PATIENCE = timedelta(minutes=1)  # an agent that was silent for longer starts nothing

STEPS = func.coalesce(JobRow.steps, JobRow.epochs)  # rows of earlier versions do not know their steps
ORDER = tuple_(JobRow.priority, JobRow.id)  # in which they start


@dataclass(frozen=True)
class QueuePosition:
    """The position of a job in the queue.

    Attributes:
        number: 1 for the next one.
        steps: of all jobs before it.
    """

    number: int
    steps: int


@dataclass(frozen=True)
class Pace:
    """How long a job takes.

    Attributes:
        start: seconds that every job takes, however few its steps.
        step: seconds of each step.
    """

    start: float
    step: float

    @classmethod
    def of(cls, jobs: Sequence[tuple[float, float]]) -> Pace:
        """The line of least squares through steps and seconds of some jobs, neither of its numbers below zero.

        Example:
            >>> Pace.of([(100, 3.0), (300, 5.0)])
            Pace(start=2.0, step=0.01)
            >>> Pace.of([(100, 3.0), (100, 5.0)])
            Pace(start=4.0, step=0.0)
        """
        steps, seconds = (sum(column) / len(jobs) for column in zip(*jobs, strict=True))
        spread = sum((x - steps) ** 2 for x, _ in jobs)
        slope = sum((x - steps) * (y - seconds) for x, y in jobs) / spread if spread else 0.0
        slope = min(max(slope, 0.0), seconds / steps if steps else 0.0)
        return cls(seconds - slope * steps, slope)

    def seconds(self, jobs: float, steps: float) -> float:
        """What so many jobs with so many steps together take, one after the other."""
        return jobs * self.start + steps * self.step


def queue_positions(session: Session, rows: Sequence[JobRow]) -> dict[str, QueuePosition]:
    """The positions of those jobs that are queued, by id."""
    found: dict[str, QueuePosition] = {}
    jobs = steps = 0
    counted: tuple[int, str] | None = None  # everything before this position
    for order, job_id in sorted(((row.priority, row.id), row.id) for row in rows if row.status == JobStatus.QUEUED):
        between = [order > ORDER] if counted is None else [order > ORDER, counted <= ORDER]
        query = select(func.count(), func.coalesce(func.sum(STEPS), 0)).where(
            JobRow.status == JobStatus.QUEUED, *between
        )
        more, their_steps = session.execute(query).one()
        jobs, steps, counted = jobs + more, steps + int(their_steps), order
        found[job_id] = QueuePosition(jobs + 1, steps)
    return found


def estimated_starts(session: Session, positions: Mapping[str, QueuePosition]) -> dict[str, datetime]:
    """When the jobs at these positions are likely to start, to the second; nothing where nothing is known.

    It is assumed that jobs start in the order of their priority and submission, whoever owns them, that they train to
    their last epoch, and that all slots share the work evenly.
    """
    if not positions:
        return {}
    slots = sum(agent.slots for agent in agents.active(session, PATIENCE))
    if not slots:
        return {}
    last, under_way = recent(session)
    if not last:
        return {}
    pace = Pace.of(last)
    running = [pace.seconds(1, steps) * (1 - done) for steps, done in under_way]
    now = datetime.now(UTC).replace(microsecond=0)
    found = {}
    for job_id, position in positions.items():
        ahead = sum(running) + pace.seconds(position.number - 1, position.steps)
        free = len(running) + position.number <= slots
        found[job_id] = now + timedelta(seconds=0 if free else round(ahead / slots))
    return found


def recent(session: Session) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """The jobs that succeeded among those that ended last: steps and seconds; and those that run: steps, share done."""
    columns = (JobRow.status, STEPS.label("steps"), JobRow.epoch, JobRow.epochs, JobRow.started_at, JobRow.finished_at)
    last = select(*columns).where(JobRow.finished_at.is_not(None)).order_by(JobRow.finished_at.desc()).limit(RECENT)
    running = select(*columns).where(JobRow.status == JobStatus.RUNNING)
    took, under_way = [], []
    for status, steps, epoch, epochs, started_at, finished_at in session.execute(
        union_all(select(last.subquery()), running)
    ):
        if status == JobStatus.RUNNING:
            under_way.append((steps, epoch / epochs))
        elif status == JobStatus.SUCCEEDED and started_at is not None and finished_at is not None:
            took.append((steps * epoch / epochs, max(0.0, (finished_at - started_at).total_seconds())))
    return took, under_way
