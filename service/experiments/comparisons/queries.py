"""Reads comparisons, and what of their jobs is compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.database.job_states import JobStatus
from service.database.owned import find_owned
from service.database.tables import ComparisonRow, JobRow, TraceRow
from service.ids import COMPARISON
from service.jobs.queries import JobState, states_of

NORM = "quantities.gradient_norm"


@dataclass(frozen=True)
class Run:
    """What of a job is compared; without its spec, which may be large."""

    status: JobStatus
    version: int
    result: dict[str, Any] | None


def find(session: Session, owner: str, comparison_id: str, *, lock: bool = False) -> ComparisonRow:
    """The comparison, see :func:`find_owned`.

    Raises:
        NotFound: there is none.
    """
    return find_owned(session, ComparisonRow, COMPARISON, owner, comparison_id, lock=lock)


def job_ids(row: ComparisonRow) -> list[str]:
    """The jobs of a comparison, in the order of the queue."""
    return [job_id for variant in row.variants for job_id in variant["jobs"]]


def states(session: Session, row: ComparisonRow) -> dict[str, JobState]:
    """The states of those of its jobs that were not deleted, by id."""
    return states_of(session, job_ids(row))


def runs(session: Session, row: ComparisonRow) -> dict[str, Run]:
    """Those of its jobs that were not deleted: id -> run."""
    query = select(JobRow.id, JobRow.status, JobRow.version, JobRow.result).where(JobRow.id.in_(job_ids(row)))
    return {job_id: Run(JobStatus(status), *rest) for job_id, status, *rest in session.execute(query)}


def gradient_ratios(session: Session, ids: Sequence[str]) -> dict[str, float]:
    """Read, for several jobs, the gradient's norm in the first layer over that in the last one, before training.

    Args:
        session: a session.
        ids: of jobs.

    Returns:
        Id -> ratio, where it was recorded and is a finite number.
    """
    from safetensors.numpy import load

    # The child says epoch 0 by itself, so that this row is small however long the training is.
    query = select(TraceRow.job_id, TraceRow.content).where(TraceRow.job_id.in_(ids), TraceRow.first_epoch == 0)
    ratios = {}
    for job_id, content in session.execute(query):
        norms: list[float] = load(content)[NORM][0].tolist()
        if norms and norms[-1] and isfinite(ratio := norms[0] / norms[-1]):
            ratios[job_id] = ratio
    return ratios
