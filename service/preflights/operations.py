"""Asking for preflights: within the transaction of the caller's session."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.diagnoses import VERSION
from models.specs.canonical import canonical, spec_hash
from models.specs.job import TrainingJobSpec
from service.database.tables import PreflightRow
from service.jobs.room import Room
from service.jobs.states import Status
from service.preflights.ids import new_preflight_id
from service.preflights.queries import find_equal


def request(session: Session, owner: str, spec: TrainingJobSpec, room: Room) -> PreflightRow:
    """The preflight of a spec: an earlier one of an equal spec under the same rules, or a new one in the queue.

    One that failed is not answered with: what it lacked may be there now.

    Raises:
        QueueFull: too many preflights wait.
        QuotaExceeded: too many of this owner wait.
    """
    from service.worker.queue import SOON, enqueue

    digest = spec_hash(spec)
    if session.get_bind().dialect.name == "postgresql":  # two equal requests follow each other; SQLite's writers do
        lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
        session.execute(lock, {"name": f"preflight {owner} {digest}"})
    earlier = find_equal(session, owner, digest, VERSION)
    if earlier is not None:
        return earlier
    room.take(session, PreflightRow, owner, 1)
    row = PreflightRow(
        id=new_preflight_id(),
        owner=owner,
        status=Status.QUEUED,
        spec=canonical(spec),
        spec_hash=digest,
        rules=VERSION,
        attempt=0,
        handed_back=0,
        version=1,
        created_at=datetime.now(UTC),
    )
    session.add(row)
    session.flush()
    enqueue(session, row.id, owner, SOON)
    return row
