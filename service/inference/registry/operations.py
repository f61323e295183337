"""Changes models, their versions and aliases, each within the transaction of the caller's session."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from models.violation import Violation
from service.database.registry import ModelAliasRow, ModelRow, ModelVersionRow, UnloadedModelRow
from service.database.session import take_turns
from service.errors import InUse, Invalid, NotFound
from service.inference.model_names import refuse_alias, refuse_name
from service.inference.resolution import resolve, version_row
from service.jobs.queries import find_succeeded


def obtain(session: Session, owner: str, name: str) -> tuple[ModelRow, bool]:
    """The model of this name, locked, or a new one; and whether it is new.

    Raises:
        Invalid: no model may be called so.
    """
    refuse_name(name)
    take_turns(session, f"{owner} model {name}")
    row = session.get(ModelRow, (owner, name), with_for_update=True)
    if row is not None:
        return row, False
    row = ModelRow(owner=owner, name=name, newest=0, revision=0, created_at=datetime.now(UTC))
    session.add(row)
    session.flush()
    return row, True


def describe(row: ModelRow, description: str | None) -> None:
    """Set a model's description."""
    row.description = description
    row.revision += 1


def remove(session: Session, row: ModelRow) -> None:
    """Delete a model with its versions and aliases; the jobs stay.

    Args:
        session: the session that holds the row.
        row: the model, locked.
    """
    for rows in (ModelRow, UnloadedModelRow):
        session.execute(delete(rows).where(rows.owner == row.owner, rows.name == row.name))


def add_version(session: Session, row: ModelRow, job_id: str) -> tuple[ModelVersionRow, bool]:
    """Make a job's network the next version, or find the version that it is; and whether it is new.

    Args:
        session: the session that holds the row.
        row: the model, locked.
        job_id: any text.

    Raises:
        Invalid: there is no such job.
        NotFinished: it has not ended.
        NotSucceeded: it has left no network.
    """
    try:
        # Locked: whoever deletes the job meanwhile waits, and then sees the version.
        job = find_succeeded(session, row.owner, job_id, lock=True)
    except NotFound as error:
        raise Invalid.of([Violation("/job_id", error.detail)]) from error
    already = session.scalar(
        select(ModelVersionRow).where(
            ModelVersionRow.owner == row.owner, ModelVersionRow.name == row.name, ModelVersionRow.job_id == job.id
        )
    )
    if already is not None:
        return already, False
    row.newest += 1
    row.revision += 1
    version = ModelVersionRow(
        owner=row.owner, name=row.name, number=row.newest, job_id=job.id, created_at=datetime.now(UTC)
    )
    session.add(version)
    session.flush()
    return version, True


def remove_version(session: Session, row: ModelRow, version: str) -> None:
    """Take a version from a model; its number is not given again.

    Args:
        session: the session that holds the row.
        row: the model, locked.
        version: its number or an alias.

    Raises:
        NotFound: there is none.
        InUse: an alias means it.
    """
    found = version_row(session, row, version)
    aliases = session.scalars(
        select(ModelAliasRow.alias)
        .where(ModelAliasRow.owner == row.owner, ModelAliasRow.name == row.name, ModelAliasRow.number == found.number)
        .order_by(ModelAliasRow.alias)
    ).all()
    if aliases:
        raise InUse(f"Version {found.number} is what {', '.join(aliases)} means; give the alias to another version.")
    session.delete(found)
    row.revision += 1


def point(session: Session, row: ModelRow, alias: str, version: str) -> ModelVersionRow:
    """Let an alias mean a version; requests see the one before or this one, never none.

    Args:
        session: the session that holds the row.
        row: the model, locked.
        alias: any text.
        version: a number or another alias.

    Raises:
        Invalid: no alias may be called so, or there is no such version.
    """
    refuse_alias(alias)
    try:
        found = version_row(session, row, version)
    except NotFound as error:
        raise Invalid.of([Violation("/version", error.detail)]) from error
    before = session.get(ModelAliasRow, (row.owner, row.name, alias))
    if before is None:
        session.add(ModelAliasRow(owner=row.owner, name=row.name, alias=alias, number=found.number))
    else:
        before.number = found.number
    row.revision += 1
    session.flush()
    return found


def remove_alias(session: Session, row: ModelRow, alias: str) -> None:
    """Delete an alias.

    Args:
        session: the session that holds the row.
        row: the model, locked.
        alias: any text.

    Raises:
        NotFound: it meant none.
    """
    before = session.get(ModelAliasRow, (row.owner, row.name, alias)) if "\0" not in alias else None
    if before is None:
        raise NotFound(f"The model {row.name!r} has no alias {alias!r}.")
    session.delete(before)
    row.revision += 1


def load(session: Session, owner: str, name: str) -> None:
    """Let a model answer again.

    Raises:
        NotFound: there is no such model, or it has no version.
    """
    before = _unloaded(session, owner, name)
    if before is not None:
        _revise(session, owner, name)
        session.delete(before)


def unload(session: Session, owner: str, name: str) -> None:
    """Let a model answer no longer, in any process, until it is loaded.

    Raises:
        NotFound: there is no such model, or it has no version.
    """
    if _unloaded(session, owner, name) is None:
        _revise(session, owner, name)
        session.add(UnloadedModelRow(owner=owner, name=name, at=datetime.now(UTC)))


def _unloaded(session: Session, owner: str, name: str) -> UnloadedModelRow | None:
    """The row that says that a model is unloaded; others that load or unload it wait for this transaction.

    Raises:
        NotFound: there is no such model, or it has no version.
    """
    resolve(session, owner, name, None)
    take_turns(session, f"{owner} model {name}")
    return session.get(UnloadedModelRow, (owner, name))


def _revise(session: Session, owner: str, name: str) -> None:
    """Let the ETag of a model change with its state; the model of a job has none."""
    query = update(ModelRow).where(ModelRow.owner == owner, ModelRow.name == name)
    session.execute(query.values(revision=ModelRow.revision + 1))
