"""Turns models and versions into the documents that clients see; a job's model looks like one of a single version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.database.registry import ModelRow, ModelVersionRow
from service.database.tables import JobRow
from service.http.routing import PREFIX
from service.inference.model_names import CHAMPION, FIRST
from service.inference.registry.queries import aliases_of, unloaded_names
from service.inference.registry.schemas import Model, ModelLinks, ModelVersion, VersionLinks
from service.inference.resolution import versions_of
from service.jobs.view import path_of as path_of_job


def path_of(name: str) -> str:
    """The URL path of a model."""
    return f"{PREFIX}/models/{name}"


def path_of_version(name: str, version: str) -> str:
    """The URL path of a version."""
    return f"{path_of(name)}/versions/{version}"


def etag_of(row: ModelRow) -> str:
    """The strong ETag of a model: its row's revision, which grows with every change that a client can see."""
    return f'"{row.revision}"'


def views(session: Session, owner: str, rows: Sequence[ModelRow]) -> list[Model]:
    """Several models."""
    names = [row.name for row in rows]
    numbers = versions_of(session, owner, names)
    aliases = aliases_of(session, owner, names)
    unloaded = unloaded_names(session, owner)
    return [_model(row, numbers[row.name], aliases[row.name], unloaded=row.name in unloaded) for row in rows]


def view_of_job(session: Session, row: JobRow) -> Model:
    """The model that a succeeded job has left."""
    unloaded = row.id in unloaded_names(session, row.owner)
    described = ModelRow(name=row.id, description=row.name, created_at=row.finished_at or row.created_at)
    return _model(described, [int(FIRST)], {}, unloaded=unloaded)


def version_views(session: Session, row: ModelRow, versions: Sequence[ModelVersionRow]) -> list[ModelVersion]:
    """Several versions of a model."""
    aliases: dict[int, list[str]] = {}
    for alias, number in aliases_of(session, row.owner, [row.name])[row.name].items():
        aliases.setdefault(number, []).append(alias)
    query = select(JobRow.id, JobRow.result).where(JobRow.id.in_([version.job_id for version in versions]))
    results = {job_id: result or {} for job_id, result in session.execute(query)}
    return [
        _version(row.name, version.number, version.job_id, version.created_at, aliases, results[version.job_id])
        for version in versions
    ]


def version_view_of_job(row: JobRow) -> ModelVersion:
    """The only version of the model that a succeeded job has left."""
    return _version(row.id, int(FIRST), row.id, row.finished_at or row.created_at, {}, row.result or {})


def _model(row: ModelRow, numbers: list[int], aliases: dict[str, int], *, unloaded: bool) -> Model:
    latest = numbers[-1] if numbers else None
    default = aliases.get(CHAMPION, latest)
    return Model(
        name=row.name,
        description=row.description,
        state="empty" if latest is None else "unloaded" if unloaded else "ready",
        created_at=row.created_at,
        latest_version=None if latest is None else str(latest),
        default_version=None if default is None else str(default),
        aliases={alias: str(number) for alias, number in aliases.items()},
        links=ModelLinks(
            self=path_of(row.name),
            versions=f"{path_of(row.name)}/versions",
            predictions=f"{path_of(row.name)}/predictions",
        ),
    )


def _version(
    name: str, number: int, job_id: str, created_at: datetime, aliases: dict[int, list[str]], result: dict[str, Any]
) -> ModelVersion:
    base = path_of_version(name, str(number))
    return ModelVersion(
        model=name,
        version=str(number),
        job_id=job_id,
        created_at=created_at,
        aliases=aliases.get(number, []),
        metrics=result["metrics"],
        verdict=result["verdict"],
        weights_digest=result["weights_digest"],
        links=VersionLinks(self=base, job=path_of_job(job_id), predictions=f"{base}/predictions"),
    )
