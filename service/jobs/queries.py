"""Reads jobs, their labels, events, artifacts and judgements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from service.database.job_states import TERMINAL, JobStatus
from service.database.owned import find_owned, newest
from service.database.registry import ModelVersionRow
from service.database.tables import ArtifactRow, DiagnosisRow, EventRow, JobRow, LabelRow
from service.errors import NotFinished, NotFound, NotSucceeded
from service.ids import JOB

NOT_EXPORTED = "The network could not be exported for serving, so it cannot answer; the receipt says why."


@dataclass(frozen=True)
class Filters:
    """Restricts a list of jobs; an empty field restricts nothing."""

    status: Sequence[JobStatus] = ()
    labels: Collection[str] = ()  # each ``key:value``
    spec_hash: str | None = None


class JobState(NamedTuple):
    """The status of a job, and its row's version, which grows with every change."""

    status: JobStatus
    version: int


def find(session: Session, owner: str, job_id: str, *, lock: bool = False) -> JobRow:
    """The job, see :func:`find_owned`.

    Raises:
        NotFound: there is none.
    """
    return find_owned(session, JobRow, JOB, owner, job_id, lock=lock)


def find_ended(session: Session, owner: str, job_id: str, *, lock: bool = False) -> JobRow:
    """The job, which has ended.

    Raises:
        NotFound: there is none.
        NotFinished: it has not.
    """
    row = find(session, owner, job_id, lock=lock)
    if row.status not in TERMINAL:
        raise NotFinished(f"The job is {row.status}; this is known when it has ended.")
    return row


def find_succeeded(session: Session, owner: str, job_id: str, *, lock: bool = False) -> JobRow:
    """The job, which has left a model.

    Raises:
        NotFound: there is none.
        NotFinished: it has not ended.
        NotSucceeded: it has ended without a model.
    """
    row = find_ended(session, owner, job_id, lock=lock)
    if row.status != JobStatus.SUCCEEDED:
        raise NotSucceeded(f"The job is {row.status}; only a succeeded one has this.")
    return row


def page(session: Session, owner: str, filters: Filters, after: str | None, limit: int) -> list[JobRow]:
    """Up to ``limit`` jobs, newest first, older than the job ``after``."""
    conditions: list[ColumnElement[bool]] = [JobRow.owner == owner]
    if filters.status:
        conditions.append(JobRow.status.in_(set(filters.status)))
    if filters.spec_hash is not None:
        conditions.append(JobRow.spec_hash == filters.spec_hash)
    for text in filters.labels:
        key, _, value = text.partition(":")
        if ":" in value:  # a key may hold one, too
            same: ColumnElement[bool] = LabelRow.key + ":" + LabelRow.value == text
        else:
            same = (LabelRow.key == key) & (LabelRow.value == value)
        conditions.append(exists().where(LabelRow.job_id == JobRow.id, same))
    return newest(session, JobRow, select(JobRow).where(*conditions), after, limit)


def labels_of(session: Session, job_ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """The labels of several jobs: id -> key -> value."""
    labels: dict[str, dict[str, str]] = {job_id: {} for job_id in job_ids}
    rows = session.execute(
        select(LabelRow.job_id, LabelRow.key, LabelRow.value).where(LabelRow.job_id.in_(job_ids)).order_by(LabelRow.key)
    )
    for job_id, key, value in rows:
        labels[job_id][key] = value
    return labels


def states_of(session: Session, job_ids: Sequence[str]) -> dict[str, JobState]:
    """The states of those of several jobs that were not deleted, by id."""
    query = select(JobRow.id, JobRow.status, JobRow.version).where(JobRow.id.in_(job_ids))
    return {job_id: JobState(JobStatus(status), version) for job_id, status, version in session.execute(query)}


def events_after(session: Session, job_id: str, after: int, limit: int) -> list[EventRow]:
    """Up to ``limit`` events of a job, oldest first, behind the event ``after``."""
    query = select(EventRow).where(EventRow.job_id == job_id, EventRow.id > after)
    return list(session.scalars(query.order_by(EventRow.id).limit(limit)))


def exported() -> ColumnElement[bool]:
    """Of a query on jobs: that the network was exported for serving, and so can answer."""
    difference: ColumnElement[str | None] = JobRow.receipt["export_difference"].as_string()
    return difference.is_not(None)


def content_of(session: Session, row: JobRow, name: str) -> bytes:
    """The content of an artifact that every succeeded job has."""
    query = select(ArtifactRow.content).where(ArtifactRow.job_id == row.id, ArtifactRow.name == name)
    return session.scalars(query).one()


def judged_with(session: Session, row: JobRow, version: str) -> dict[str, Any]:
    """An earlier judgement on a job.

    Raises:
        NotFound: no rules of this version have judged it, or others of the same version have since.
    """
    found = {
        old.version: old.content for old in session.scalars(select(DiagnosisRow).where(DiagnosisRow.job_id == row.id))
    }
    if version not in found:
        known = ", ".join([*sorted(found), row.diagnosis["version"]] if row.diagnosis else sorted(found))
        raise NotFound(f"The job has no judgement of version {version!r}; there is: {known}.")
    return found[version]


def is_a_version() -> ColumnElement[bool]:
    """Of a query on jobs: that the job is a version of a model, and so must not be deleted."""
    return exists().where(ModelVersionRow.job_id == JobRow.id)


def users_of(session: Session, job_id: str) -> list[str]:
    """The models and versions that a job's network is, e.g. ``rings, version 2``."""
    query = select(ModelVersionRow.name, ModelVersionRow.number).where(ModelVersionRow.job_id == job_id)
    found = session.execute(query.order_by(ModelVersionRow.name, ModelVersionRow.number))
    return [f"{name}, version {number}" for name, number in found]
