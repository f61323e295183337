"""Claims jobs and preflights for an agent, and ends its attempts at them.

Every method is one part of a transaction that the caller begins and commits. Those that take a :class:`Claim` are
fenced: they change the row only while it is running under the claim's attempt, and they change it before they add
other rows. An agent that was taken for dead and wakes up again therefore changes nothing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from sqlalchemy import ColumnElement, Row, exists, false, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from service import ids
from service.database.job_states import LIVE, JobStatus, before
from service.database.tables import EventRow, JobRow, PreflightRow
from service.worker import checkpoints
from service.worker.interruptions import CancelRequested, LostClaim

BEFORE = aliased(JobRow)  # the job that was trained before another one


@dataclass(frozen=True)
class Claim:
    """A running attempt at a job or a preflight: whose writes count."""

    job_id: str  # or the preflight's
    attempt: int
    spec: dict[str, Any]
    lost: int  # earlier attempts whose process died
    traceparent: str | None  # of the request that asked for it
    # Of a job alone:
    epochs: int = 0
    waited: float = 0.0  # seconds from submission to this claim
    epoch: int = 0  # of the checkpoint from which it goes on
    # Of a preflight alone:
    single_batch: bool = False


class Attempts(ABC):
    """The attempts at the rows of one table."""

    rows: ClassVar[type[JobRow | PreflightRow]]
    columns: ClassVar[tuple[Any, ...]]  # of which a claim is made
    cancel_requested: ClassVar[ColumnElement[bool]]
    process: ClassVar[tuple[str, str]]  # its name, and what it does

    def claim(self, session: Session, job_id: str, agent_id: str, max_attempts: int) -> Claim | None:
        """Make a row this agent's: its next attempt begins.

        Returns:
            The claim; or None where there is nothing to do: it has ended, or it ends here because a client wants it
            cancelled or its attempts are used up.
        """
        rows, now = self.rows, datetime.now(UTC)
        row = session.execute(
            update(rows)
            .where(rows.id == job_id, rows.status.in_(before(JobStatus.RUNNING)), ~self.cancel_requested)
            .values(
                attempt=rows.attempt + 1,
                status=JobStatus.RUNNING,
                agent_id=agent_id,
                version=rows.version + 1,
                started_at=now,
            )
            .returning(*self.columns)
        ).one_or_none()
        if row is None:
            self._end_unclaimed(session, job_id, JobStatus.CANCELLED, {}, self.cancel_requested)
            return None
        lost = row.attempt - 1 - self._handed_back(session, row)
        if lost >= max_attempts:
            session.execute(update(rows).where(rows.id == job_id).values(attempt=row.attempt - 1))
            self.abandon(session, job_id, self.died(lost))
            return None
        return self._begin(session, row, lost, now)

    def look(self, session: Session, claimed: Claim) -> None:
        """See whether the attempt may go on.

        Raises:
            LostClaim: it is not this attempt's any more.
            CancelRequested: a client wants it cancelled.
        """
        _heed(session.execute(select(self.cancel_requested).where(*self._fence(claimed))).one_or_none(), claimed)

    def change(self, session: Session, claimed: Claim, **values: Any) -> None:
        """Change the row.

        Raises:
            LostClaim: it is not this attempt's any more.
            CancelRequested: a client wants it cancelled, and was told that it will be.
        """
        _heed(self._change(session, claimed, **values), claimed)

    def succeed(self, session: Session, claimed: Claim, result: dict[str, Any], **values: Any) -> None:
        """End it with its result.

        Raises:
            LostClaim: it is not this attempt's any more.
            CancelRequested: a client wants it cancelled, and was told that it will be.
        """
        now = datetime.now(UTC)
        self.change(session, claimed, status=JobStatus.SUCCEEDED, finished_at=now, result=result, **values)
        self._ended(session, claimed.job_id, JobStatus.SUCCEEDED, {"result": result})

    def fail(self, session: Session, claimed: Claim, error: dict[str, str]) -> None:
        """End it; ``error`` has ``type``, ``title`` and ``detail``.

        Raises:
            LostClaim: it is not this attempt's any more.
        """
        self._end(session, claimed, JobStatus.FAILED, {"error": error})

    def cancel(self, session: Session, claimed: Claim) -> None:
        """End it as its client wished.

        Raises:
            LostClaim: it is not this attempt's any more.
        """
        self._end(session, claimed, JobStatus.CANCELLED, {})

    @abstractmethod
    def hand_back(self, session: Session, claimed: Claim) -> None:
        """Give it back to the queue; the attempt does not count as lost.

        Raises:
            LostClaim: it is not this attempt's any more.
        """

    def abandon(self, session: Session, job_id: str, error: dict[str, str]) -> None:
        """Fail what no attempt runs any more, if it has not ended."""
        self._end_unclaimed(session, job_id, JobStatus.FAILED, {"error": error})

    def died(self, attempts: int) -> dict[str, str]:
        """The error when the process died in every attempt."""
        name, does = self.process
        times = "once" if attempts == 1 else f"in each of {attempts} attempts"
        return {
            "type": "process_died",
            "title": f"The {name}'s process died",
            "detail": f"The process that {does} died {times}. It may need more memory than there is.",
        }

    def _fence(self, claimed: Claim) -> tuple[ColumnElement[bool], ...]:
        rows = self.rows
        return rows.id == claimed.job_id, rows.attempt == claimed.attempt, rows.status == JobStatus.RUNNING

    def _change(self, session: Session, claimed: Claim, **values: Any) -> Row[bool] | None:
        return session.execute(
            update(self.rows)
            .where(*self._fence(claimed))
            .values(version=self.rows.version + 1, **values)
            .returning(self.cancel_requested)
            .execution_options(synchronize_session=False)
        ).one_or_none()

    def _end(self, session: Session, claimed: Claim, status: JobStatus, values: dict[str, Any]) -> None:
        if self._change(session, claimed, status=status, finished_at=datetime.now(UTC), **values) is None:
            raise LostClaim(claimed.job_id)
        self._ended(session, claimed.job_id, status, values)

    def _end_unclaimed(
        self, session: Session, job_id: str, status: JobStatus, values: dict[str, Any], *conditions: ColumnElement[bool]
    ) -> None:
        rows = self.rows
        ended = session.execute(
            update(rows)
            .where(rows.id == job_id, rows.status.in_(before(status)), *conditions)
            .values(status=status, version=rows.version + 1, finished_at=datetime.now(UTC), **values)
            .returning(rows.id)
        ).one_or_none()
        if ended is not None:
            self._ended(session, job_id, status, values)

    @abstractmethod
    def _handed_back(self, session: Session, row: Row[Any]) -> int:
        """How many earlier attempts were handed back."""

    @abstractmethod
    def _begin(self, session: Session, row: Row[Any], lost: int, now: datetime) -> Claim:
        """Prepare what belongs to the row for its next attempt."""

    @abstractmethod
    def _ended(self, session: Session, job_id: str, status: JobStatus, data: dict[str, Any]) -> None:
        """Do what follows in other tables when one has ended."""


class JobAttempts(Attempts):
    """The attempts at jobs, which can be cancelled, go on from checkpoints, and have events."""

    rows = JobRow
    columns = (JobRow.id, JobRow.attempt, JobRow.spec, JobRow.epochs, JobRow.created_at, JobRow.traceparent)
    cancel_requested = JobRow.cancel_requested.label("cancel_requested")
    process = ("training", "trains this job")

    def hand_back(self, session: Session, claimed: Claim) -> None:
        """Give the job back to the queue; one that shall be cancelled ends here."""
        row = self._change(session, claimed, status=JobStatus.QUEUED, agent_id=None, started_at=None)
        if row is None:
            raise LostClaim(claimed.job_id)
        if row.cancel_requested:
            self._end_unclaimed(session, claimed.job_id, JobStatus.CANCELLED, {})
            return
        epoch = checkpoints.reached(session, claimed.job_id)
        session.execute(update(JobRow).where(JobRow.id == claimed.job_id).values(epoch=epoch))
        add_event(session, claimed.job_id, JobStatus.QUEUED, {})

    def _handed_back(self, session: Session, row: Row[Any]) -> int:
        if row.attempt == 1:
            return 0
        queued = select(func.count()).where(EventRow.job_id == row.id, EventRow.type == JobStatus.QUEUED)
        return max(0, (session.scalar(queued) or 0) - 1)  # the first time it was submitted

    def _begin(self, session: Session, row: Row[Any], lost: int, now: datetime) -> Claim:
        epoch = 0
        if row.attempt > 1:
            epoch = checkpoints.newest(session, row.id)
            checkpoints.rewind(session, row.id, epoch)
            session.execute(update(JobRow).where(JobRow.id == row.id).values(epoch=epoch))
        add_event(session, row.id, "started", {"attempt": row.attempt, "epochs": row.epochs})
        waited = max(0.0, (now - row.created_at).total_seconds())  # two machines may disagree about the time
        return Claim(row.id, row.attempt, row.spec, lost, row.traceparent, row.epochs, waited, epoch)

    def _ended(self, session: Session, job_id: str, status: JobStatus, data: dict[str, Any]) -> None:
        checkpoints.discard(session, job_id)
        add_event(session, job_id, status, data)


class PreflightAttempts(Attempts):
    """The attempts at preflights, which nobody cancels."""

    rows = PreflightRow
    columns = (
        PreflightRow.id,
        PreflightRow.attempt,
        PreflightRow.handed_back,
        PreflightRow.spec,
        PreflightRow.single_batch,
        PreflightRow.traceparent,
    )
    cancel_requested = false().label("cancel_requested")
    process = ("preflight", "measures the network")

    def hand_back(self, session: Session, claimed: Claim) -> None:
        """Give the preflight back to the queue."""
        again = {"agent_id": None, "started_at": None, "handed_back": PreflightRow.handed_back + 1}
        self.change(session, claimed, status=JobStatus.QUEUED, **again)

    def _handed_back(self, _session: Session, row: Row[Any]) -> int:
        handed_back: int = row.handed_back
        return handed_back

    def _begin(self, _session: Session, row: Row[Any], lost: int, _now: datetime) -> Claim:
        return Claim(row.id, row.attempt, row.spec, lost, row.traceparent, single_batch=row.single_batch)

    def _ended(self, session: Session, job_id: str, status: JobStatus, data: dict[str, Any]) -> None:
        """Nothing follows."""


JOBS: Final = JobAttempts()
PREFLIGHTS: Final = PreflightAttempts()


def attempts_at(job_id: str) -> Attempts:
    """The attempts at a job, or at a preflight, by its id.

    Example:
        >>> attempts_at("pre_01981d2b-7c2e-7b11-8f10-4f3a6f9d2c55") is PREFLIGHTS
        True
    """
    return PREFLIGHTS if ids.PREFLIGHT.fits(job_id) else JOBS


def follower(session: Session, leader: str, after: str) -> str | None:
    """The next job after ``after`` that is trained in the workflow of ``leader`` and has not ended.

    None where ``after`` itself has not ended: it runs elsewhere, and there the others will follow it.
    """
    elsewhere = exists().where(BEFORE.id == after, BEFORE.status.in_(LIVE))
    following = (JobRow.leader == leader, JobRow.id > after, JobRow.status.in_(LIVE), ~elsewhere)
    return session.scalar(select(JobRow.id).where(*following).order_by(JobRow.id).limit(1))


def add_event(session: Session, job_id: str, kind: str, data: dict[str, Any]) -> None:
    """Add to the events of a job whose row this transaction has changed."""
    session.execute(insert(EventRow).values(job_id=job_id, type=kind, at=datetime.now(UTC), data=data))


def _heed(row: Row[bool] | None, claimed: Claim) -> None:
    if row is None:
        raise LostClaim(claimed.job_id)
    if row.cancel_requested:
        raise CancelRequested(claimed.job_id)
