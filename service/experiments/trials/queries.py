"""Reads trials, and what of their jobs is judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.database.job_states import LIVE, JobStatus
from service.database.owned import find_owned, newest
from service.database.tables import JobRow, TrialRow
from service.experiments.trials.arms import Arm
from service.ids import TRIAL
from service.jobs.queries import JobState, states_of

States = dict[str, JobState]  # by job id


@dataclass(frozen=True)
class Ended:
    """What of an ended job is judged in a trial."""

    status: JobStatus
    epoch: int
    epochs: int
    result: dict[str, Any] | None
    diagnosis: dict[str, Any] | None
    receipt: dict[str, Any] | None


def find(session: Session, owner: str, trial_id: str, *, lock: bool = False) -> TrialRow:
    """The trial, see :func:`find_owned`.

    Raises:
        NotFound: there is none.
    """
    return find_owned(session, TrialRow, TRIAL, owner, trial_id, lock=lock)


def page(session: Session, owner: str, job_id: str | None, after: str | None, limit: int) -> list[TrialRow]:
    """Up to ``limit`` trials, newest first, older than the trial ``after``; of one job, or of all."""
    query = select(TrialRow).where(TrialRow.owner == owner)
    if job_id is not None:
        query = query.where(TrialRow.job_id == job_id)
    return newest(session, TrialRow, query, after, limit)


def arms_of(row: TrialRow) -> list[Arm]:
    """Its arms; the first one is the base."""
    return [Arm.model_validate(arm) for arm in row.arms]


def job_ids(row: TrialRow) -> list[str]:
    """The jobs of a trial, in the order of the queue; arms may share some."""
    return list(dict.fromkeys(job_id for arm in row.arms for job_id in arm["jobs"]))


def states(session: Session, row: TrialRow) -> States:
    """The states of those of its jobs that were not deleted."""
    return states_of(session, job_ids(row))


def is_live(found: States) -> bool:
    """Whether some job has not ended."""
    return any(state.status in LIVE for state in found.values())


def ended(session: Session, row: TrialRow) -> dict[str, Ended]:
    """Those of its jobs that have succeeded or failed: id -> what they say."""
    columns = (JobRow.epoch, JobRow.epochs, JobRow.result, JobRow.diagnosis, JobRow.receipt)
    query = select(JobRow.id, JobRow.status, *columns).where(
        JobRow.id.in_(job_ids(row)), JobRow.status.in_((JobStatus.SUCCEEDED, JobStatus.FAILED))
    )
    return {job_id: Ended(JobStatus(status), *rest) for job_id, status, *rest in session.execute(query)}
