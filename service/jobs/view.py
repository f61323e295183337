"""Turns job rows into the documents that clients see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from service.database.job_states import JobStatus
from service.database.tables import JobRow
from service.http.routing import PREFIX
from service.jobs import forecast
from service.jobs.forecast import QueuePosition
from service.jobs.queries import labels_of
from service.jobs.schemas import Failure, Job, Links, ModelName, Progress


def path_of(job_id: str) -> str:
    """The URL path of a job."""
    return f"{PREFIX}/jobs/{job_id}"


def state_tag(row: JobRow) -> str:
    """The part of the ETag that If-Match is compared with: the row's version."""
    return f'"{row.version}"'


def etag_of(row: JobRow, job: Job) -> str:
    """The strong ETag of a job: its row's version, and behind a dash what moves without the row."""
    start = "" if job.estimated_start_at is None else f"-{job.estimated_start_at.timestamp():.0f}"
    position = "" if job.queue_position is None else f"-{job.queue_position}{start}"
    return f'"{row.version}{position}"'


def view(session: Session, row: JobRow, labels: dict[str, str] | None = None) -> Job:
    """One job; its labels need not be read where they are known."""
    return views(session, [row], None if labels is None else {row.id: labels})[0]


def views(session: Session, rows: Sequence[JobRow], labels: Mapping[str, dict[str, str]] | None = None) -> list[Job]:
    """Several jobs."""
    known = labels_of(session, [row.id for row in rows]) if labels is None else labels
    positions = forecast.queue_positions(session, rows)
    starts = forecast.estimated_starts(session, positions)
    return [_job(row, known[row.id], positions.get(row.id), starts.get(row.id)) for row in rows]


def _job(row: JobRow, labels: dict[str, str], position: QueuePosition | None, start: datetime | None) -> Job:
    status = JobStatus(row.status)
    base = path_of(row.id)
    return Job(
        id=row.id,
        status=status,
        name=row.name,
        spec=row.spec,
        spec_hash=row.spec_hash,
        labels=labels,
        attempt=row.attempt,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        progress=Progress(epoch=row.epoch, epochs=row.epochs),
        queue_position=None if position is None else position.number,
        estimated_start_at=start,
        result=row.result,
        error=None if row.error is None else Failure(**row.error),
        model=ModelName(name=row.id, version="1") if status == JobStatus.SUCCEEDED else None,
        links=Links(
            self=base,
            events=f"{base}/events",
            history=f"{base}/history",
            gradients=f"{base}/gradients",
            diagnosis=f"{base}/diagnosis",
            predictions=f"{base}/predictions",
        ),
    )
