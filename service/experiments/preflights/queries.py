"""Reads preflights."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.database.job_states import LIVE, JobStatus
from service.database.owned import find_owned, newest
from service.database.tables import PreflightRow
from service.ids import PREFLIGHT

ANSWERS = (*LIVE, JobStatus.SUCCEEDED)  # statuses of preflights that answer, or will


def find(session: Session, owner: str, preflight_id: str) -> PreflightRow:
    """The preflight, see :func:`find_owned`.

    Raises:
        NotFound: there is none.
    """
    return find_owned(session, PreflightRow, PREFLIGHT, owner, preflight_id)


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
    return newest(session, PreflightRow, query, after, limit)
