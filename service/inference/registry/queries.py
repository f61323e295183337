"""Reads models: lists of them, of their versions and of their aliases.

Which job answers for a name is found by :mod:`service.inference.resolution`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.database.job_states import JobStatus
from service.database.registry import ModelAliasRow, ModelRow, ModelVersionRow, UnloadedModelRow
from service.database.tables import JobRow
from service.inference.model_names import number_of
from service.inference.resolution import versions
from service.jobs.queries import exported


def page(session: Session, owner: str, after: str | None, limit: int) -> list[ModelRow]:
    """Up to ``limit`` models by name, behind the name ``after``."""
    query = select(ModelRow).where(ModelRow.owner == owner)
    if after is not None:
        query = query.where(ModelRow.name > after)
    return list(session.scalars(query.order_by(ModelRow.name).limit(limit)))


def version_page(session: Session, row: ModelRow, after: str | None, limit: int) -> list[ModelVersionRow]:
    """Up to ``limit`` versions of a model, newest first, older than the number ``after``."""
    query = versions(row).order_by(ModelVersionRow.number.desc()).limit(limit)
    if after is not None:
        query = query.where(ModelVersionRow.number < (number_of(after) or 0))
    return list(session.scalars(query))


def aliases_of(session: Session, owner: str, names: Sequence[str]) -> dict[str, dict[str, int]]:
    """The aliases of several models: name → alias → number."""
    query = select(ModelAliasRow.name, ModelAliasRow.alias, ModelAliasRow.number).where(
        ModelAliasRow.owner == owner, ModelAliasRow.name.in_(names)
    )
    aliases: dict[str, dict[str, int]] = defaultdict(dict)
    for name, alias, number in session.execute(query.order_by(ModelAliasRow.alias)):
        aliases[name][alias] = number
    return aliases


def unloaded_names(session: Session, owner: str) -> set[str]:
    """The models that are unloaded, those of jobs too."""
    return set(session.scalars(select(UnloadedModelRow.name).where(UnloadedModelRow.owner == owner)))


def servable_jobs(session: Session, owner: str, limit: int) -> list[str]:
    """Up to ``limit`` jobs that have left a network that answers, newest first."""
    query = select(JobRow.id).where(JobRow.owner == owner, JobRow.status == JobStatus.SUCCEEDED, exported())
    return list(session.scalars(query.order_by(JobRow.id.desc()).limit(limit)))


def all_versions(session: Session, owner: str) -> list[tuple[str, str, str]]:
    """Name, version and job of every version of every model, by name, the oldest first."""
    query = select(ModelVersionRow.name, ModelVersionRow.number, ModelVersionRow.job_id).where(
        ModelVersionRow.owner == owner
    )
    found = session.execute(query.order_by(ModelVersionRow.name, ModelVersionRow.number))
    return [(name, str(number), job_id) for name, number, job_id in found]
