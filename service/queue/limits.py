"""Limits how many jobs and preflights may wait: of all owners together, and of one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.database.job_states import JobStatus
from service.database.session import take_turns
from service.database.tables import JobRow, PreflightRow
from service.errors import QueueFull, QuotaExceeded
from service.settings import Settings

RETRY_AFTER = 10  # seconds
NAMES = {JobRow: "jobs", PreflightRow: "preflights"}


@dataclass(frozen=True)
class QueueLimits:
    """How many may wait, jobs and preflights counted separately.

    Attributes:
        total: of all owners together.
        per_owner: of one owner; None where only the total is limited.
    """

    total: int
    per_owner: int | None = None

    @classmethod
    def of(cls, settings: Settings) -> QueueLimits:
        """The limits of these settings."""
        return cls(settings.max_queue, settings.max_queued_per_owner)

    def check(self, session: Session, rows: type[JobRow | PreflightRow], owner: str, number: int) -> None:
        """Make sure that ``number`` more may wait; to be called in the transaction that stores them.

        Raises:
            QueueFull: they would be too many for the queue.
            QuotaExceeded: they would be too many for the owner.
        """
        name = NAMES[rows]
        waiting = count(session, rows)
        if waiting + number > self.total:
            detail = f"{waiting} {name} wait already; there is room for {self.total}."
            raise QueueFull(detail, retry_after=RETRY_AFTER)
        if self.per_owner is None:
            return
        take_turns(session, f"room {name} {owner}")
        own = count(session, rows, owner)
        if own + number > self.per_owner:
            detail = f"{own} of your {name} wait already, {number} more were sent; {self.per_owner} may wait."
            raise QuotaExceeded(detail, "queued", max(0, self.per_owner - own), retry_after=RETRY_AFTER)


def count(session: Session, rows: type[JobRow | PreflightRow], owner: str | None = None) -> int:
    """How many wait; all, or those of one owner."""
    of_owner = [] if owner is None else [rows.owner == owner]
    return session.scalar(select(func.count()).where(rows.status == JobStatus.QUEUED, *of_owner)) or 0
