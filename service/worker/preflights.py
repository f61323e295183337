"""An agent's writes to the row of a preflight: fenced by its attempt, as those of the ledger are for jobs.

Every function is one part of a transaction that the caller begins and commits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.database.job_states import JobStatus, before
from service.database.tables import PreflightRow
from service.worker.interruptions import LostClaim


@dataclass(frozen=True)
class Claim:
    """A running attempt at a preflight: whose writes count."""

    preflight_id: str
    attempt: int
    spec: dict[str, Any]
    single_batch: bool
    lost: int  # earlier attempts whose process died
    traceparent: str | None = None  # of the request that asked for it


def claim(session: Session, preflight_id: str, agent_id: str, max_attempts: int) -> Claim | None:
    """Make a preflight this agent's: its next attempt begins.

    Returns:
        The claim; or None where there is nothing to do: it has ended, or it ends here because its attempts are used up.
    """
    row = session.execute(
        update(PreflightRow)
        .where(PreflightRow.id == preflight_id, PreflightRow.status.in_(before(JobStatus.RUNNING)))
        .values(
            attempt=PreflightRow.attempt + 1,
            status=JobStatus.RUNNING,
            agent_id=agent_id,
            version=PreflightRow.version + 1,
            started_at=datetime.now(UTC),
        )
        .returning(
            PreflightRow.attempt,
            PreflightRow.handed_back,
            PreflightRow.spec,
            PreflightRow.single_batch,
            PreflightRow.traceparent,
        )
    ).one_or_none()
    if row is None:
        return None
    lost = row.attempt - 1 - row.handed_back
    if lost >= max_attempts:
        session.execute(update(PreflightRow).where(PreflightRow.id == preflight_id).values(attempt=row.attempt - 1))
        abandon(session, preflight_id, died(lost))
        return None
    return Claim(preflight_id, row.attempt, row.spec, row.single_batch, lost, row.traceparent)


def look(session: Session, claimed: Claim) -> None:
    """See whether the attempt may go on.

    Raises:
        LostClaim: it is not this attempt's any more.
    """
    if session.scalar(select(PreflightRow.id).where(*_fence(claimed))) is None:
        raise LostClaim(claimed.preflight_id)


def succeed(session: Session, claimed: Claim, result: dict[str, Any]) -> None:
    """End it with its answer.

    Raises:
        LostClaim: it is not this attempt's any more.
    """
    _change(session, claimed, status=JobStatus.SUCCEEDED, finished_at=datetime.now(UTC), result=result)


def fail(session: Session, claimed: Claim, error: dict[str, str]) -> None:
    """End it without an answer; ``error`` has ``type``, ``title`` and ``detail``.

    Raises:
        LostClaim: it is not this attempt's any more.
    """
    _change(session, claimed, status=JobStatus.FAILED, finished_at=datetime.now(UTC), error=error)


def hand_back(session: Session, claimed: Claim) -> None:
    """Give it back to the queue; the attempt does not count as lost.

    Raises:
        LostClaim: it is not this attempt's any more.
    """
    again = {"agent_id": None, "started_at": None, "handed_back": PreflightRow.handed_back + 1}
    _change(session, claimed, status=JobStatus.QUEUED, **again)


def abandon(session: Session, preflight_id: str, error: dict[str, str]) -> None:
    """Fail a preflight that no attempt runs any more, if it has not ended."""
    session.execute(
        update(PreflightRow)
        .where(PreflightRow.id == preflight_id, PreflightRow.status.in_(before(JobStatus.FAILED)))
        .values(status=JobStatus.FAILED, error=error, version=PreflightRow.version + 1, finished_at=datetime.now(UTC))
    )


def died(attempts: int) -> dict[str, str]:
    """The error of a preflight whose process died in every attempt."""
    times = "once" if attempts == 1 else f"in each of {attempts} attempts"
    return {
        "type": "process_died",
        "title": "The preflight's process died",
        "detail": f"The process that measures the network died {times}. It may need more memory than there is.",
    }


def _fence(claimed: Claim) -> tuple[Any, Any, Any]:
    return (
        PreflightRow.id == claimed.preflight_id,
        PreflightRow.attempt == claimed.attempt,
        PreflightRow.status == JobStatus.RUNNING,
    )


def _change(session: Session, claimed: Claim, **values: Any) -> None:
    changed = session.execute(
        update(PreflightRow)
        .where(*_fence(claimed))
        .values(version=PreflightRow.version + 1, **values)
        .returning(PreflightRow.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if changed is None:
        raise LostClaim(claimed.preflight_id)
