"""Reading preflights."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.database.tables import PreflightRow
from service.errors import NotFound
from service.jobs.states import LIVE, Status
from service.preflights.ids import is_preflight_id

ANSWERS = (*LIVE, Status.SUCCEEDED)  # statuses of preflights that answer, or will


def find(session: Session, owner: str, preflight_id: str) -> PreflightRow:
    """The preflight.

    Args:
        session: a session.
        owner: who asks; other owners' preflights do not exist for them.
        preflight_id: any text.

    Raises:
        NotFound: there is none.
    """
    query = select(PreflightRow).where(PreflightRow.id == preflight_id, PreflightRow.owner == owner)
    row = session.scalar(query) if is_preflight_id(preflight_id) else None
    if row is None:
        raise NotFound(f"There is no preflight {preflight_id!r}.")
    return row


def find_equal(session: Session, owner: str, spec_hash: str, rules: str, *, single_batch: bool) -> PreflightRow | None:
    """The newest preflight of an equal request under the same rules that has an answer, or is about to."""
    query = select(PreflightRow).where(
        PreflightRow.owner == owner,
        PreflightRow.spec_hash == spec_hash,
        PreflightRow.single_batch.is_(single_batch),
        PreflightRow.rules == rules,
        PreflightRow.status.in_(ANSWERS),
    )
    return session.scalar(query.order_by(PreflightRow.id.desc()).limit(1))


def page(session: Session, owner: str, after: str | None, limit: int) -> list[PreflightRow]:
    """Up to ``limit`` preflights, newest first, older than the preflight ``after``."""
    query = select(PreflightRow).where(PreflightRow.owner == owner)
    if after is not None:
        query = query.where(PreflightRow.id < after)
    return list(session.scalars(query.order_by(PreflightRow.id.desc()).limit(limit)))
