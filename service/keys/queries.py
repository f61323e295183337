"""Reads API keys."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from service.database.keys import ApiKeyRow
from service.errors import NotFound
from service.http.scopes import Caller, Scope
from service.ids import KEY


def caller_of(row: ApiKeyRow) -> Caller:
    """The caller that a key stands for."""
    return Caller(row.owner, Scope(row.scope), row.teacher, row.author, row.id)


def with_digest(session: Session, digest: str) -> ApiKeyRow | None:
    """The valid key whose secret has this digest."""
    return session.scalar(select(ApiKeyRow).where(ApiKeyRow.sha256 == digest, _opens()))


def any_exists(session: Session) -> bool:
    """Whether there has ever been a key, so that callers must have one."""
    return session.scalar(select(ApiKeyRow.id).limit(1)) is not None


def any_valid(session: Session) -> bool:
    """Whether there is a key that is neither revoked nor expired."""
    return session.scalar(select(ApiKeyRow.id).where(_opens()).limit(1)) is not None


def find(session: Session, caller: Caller, key_id: str, *, lock: bool = False) -> ApiKeyRow:
    """A key that the caller may see and revoke.

    Raises:
        NotFound: there is none of this name; a revoked one is none.
    """
    query = select(ApiKeyRow).where(ApiKeyRow.id == key_id, ApiKeyRow.revoked_at.is_(None), _seen_by(caller))
    row = session.scalar(query.with_for_update() if lock else query) if KEY.fits(key_id) else None
    if row is None:
        raise NotFound(f"There is no key {key_id!r}.")
    return row


def page(session: Session, caller: Caller, after: str | None, limit: int) -> list[ApiKeyRow]:
    """Up to ``limit`` of the keys that the caller may see, newest first, older than the one named ``after``."""
    query = select(ApiKeyRow).where(ApiKeyRow.revoked_at.is_(None), _seen_by(caller))
    if after is not None:
        query = query.where(ApiKeyRow.id < after)
    return list(session.scalars(query.order_by(ApiKeyRow.id.desc()).limit(limit)))


def everything(session: Session) -> list[ApiKeyRow]:
    """All keys, also revoked ones, the oldest first."""
    return list(session.scalars(select(ApiKeyRow).order_by(ApiKeyRow.id)))


def _opens() -> ColumnElement[bool]:
    unexpired = or_(ApiKeyRow.expires_at.is_(None), ApiKeyRow.expires_at > datetime.now(UTC))
    return ApiKeyRow.revoked_at.is_(None) & unexpired


def _seen_by(caller: Caller) -> ColumnElement[bool]:
    """An operator sees all keys, a teacher those of the class."""
    if caller.may(Scope.OPERATOR):
        return true()
    return (ApiKeyRow.teacher == caller.teacher) & (ApiKeyRow.scope == Scope.STUDENT)
