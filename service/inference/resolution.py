"""Finds the job whose network answers for the name of a model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from service.database.job_states import JobStatus
from service.database.registry import ModelAliasRow, ModelRow, ModelVersionRow, UnloadedModelRow
from service.database.tables import JobRow
from service.errors import NotAvailable, NotFound
from service.ids import JOB
from service.inference.model_names import ALIAS, CHAMPION, FIRST, NAME, number_of
from service.jobs.queries import NOT_EXPORTED, exported


@dataclass(frozen=True)
class Servable:
    """The job that answers for the name of a model.

    Attributes:
        name: of the model.
        version: the number, also where it was asked for by an alias or not at all.
        job_id: whose network it is.
        unloaded: an operator has unloaded the model.
    """

    name: str
    version: str
    job_id: str
    unloaded: bool


def resolve(session: Session, owner: str, name: str, version: str | None) -> Servable:
    """Find the job that answers for the name of a model.

    Args:
        session: a session.
        owner: who asks; what belongs to others does not exist for them.
        name: any text.
        version: a number, an alias, or None: the champion, or else the newest version.

    Raises:
        NotFound: nothing does.
        NotAvailable: the job's network could not be exported.
    """
    unloaded = select(exists().where(UnloadedModelRow.owner == owner, UnloadedModelRow.name == name))
    if JOB.fits(name):
        query = select(JobRow.status, exported()).where(JobRow.id == name, JobRow.owner == owner)
        status, is_exported = session.execute(query).one_or_none() or (None, False)
        if status != JobStatus.SUCCEEDED:
            why = "" if status is None else f" The job is {status}."
            raise NotFound(f"There is no model {name!r}.{why}")
        if version not in {None, FIRST}:
            raise NotFound(f"The model of a job has only the version {FIRST}, not {version!r}.")
        if not is_exported:
            raise NotAvailable(NOT_EXPORTED)
        return Servable(name, FIRST, name, bool(session.scalar(unloaded)))
    row = find_model(session, owner, name)
    found = version_row(session, row, version)
    return Servable(name, str(found.number), found.job_id, bool(session.scalar(unloaded)))


def find_model(session: Session, owner: str, name: str, *, lock: bool = False) -> ModelRow:
    """The model of this name; not that of a job.

    Raises:
        NotFound: there is none.
    """
    query = select(ModelRow).where(ModelRow.owner == owner, ModelRow.name == name)
    row = session.scalar(query.with_for_update() if lock else query) if NAME.fullmatch(name) else None
    if row is None:
        raise NotFound(f"There is no model {name!r}.")
    return row


def version_row(session: Session, row: ModelRow, version: str | None) -> ModelVersionRow:
    """One version of a model.

    Raises:
        NotFound: there is none of this number or alias, or none at all.
    """
    query = versions(row)
    if version is None:
        champion = _aliased(row, CHAMPION)
        order = (ModelVersionRow.number == champion.scalar_subquery()).desc().nulls_last()
        query = query.order_by(order, ModelVersionRow.number.desc()).limit(1)
    elif (number := number_of(version)) is not None:
        query = query.where(ModelVersionRow.number == number)
    elif ALIAS.fullmatch(version):
        query = query.where(ModelVersionRow.number == _aliased(row, version).scalar_subquery())
    else:
        raise NotFound(f"The model {row.name!r} has no version {version!r}.")
    found = session.scalar(query)
    if found is None:
        what = "no version yet" if version is None else f"no version {version!r}"
        raise NotFound(f"The model {row.name!r} has {what}.")
    return found


def versions_of(session: Session, owner: str, names: Sequence[str]) -> dict[str, list[int]]:
    """The numbers of the versions of several models, the oldest first."""
    query = select(ModelVersionRow.name, ModelVersionRow.number).where(
        ModelVersionRow.owner == owner, ModelVersionRow.name.in_(names)
    )
    numbers: dict[str, list[int]] = defaultdict(list)
    for name, number in session.execute(query.order_by(ModelVersionRow.number)):
        numbers[name].append(number)
    return numbers


def versions(row: ModelRow) -> Select[ModelVersionRow]:
    """The query for all versions of a model."""
    return select(ModelVersionRow).where(ModelVersionRow.owner == row.owner, ModelVersionRow.name == row.name)


def _aliased(row: ModelRow, alias: str) -> Select[int]:
    return select(ModelAliasRow.number).where(
        ModelAliasRow.owner == row.owner, ModelAliasRow.name == row.name, ModelAliasRow.alias == alias
    )
