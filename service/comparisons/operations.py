"""Making and cancelling comparisons: each within the transaction of the caller's session."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from service.comparisons.ids import new_comparison_id
from service.comparisons.queries import find_by_key, job_ids
from service.comparisons.schemas import ComparisonRequest
from service.comparisons.specs import read
from service.database.tables import ComparisonRow, JobRow
from service.errors import ComparisonEnded
from service.jobs import operations
from service.jobs.operations import IdempotencyKey, submit_all, take_turns
from service.jobs.room import Room
from service.jobs.states import LIVE
from service.samples.seeds import replicates, seeds_from


def create(
    session: Session, owner: str, request: ComparisonRequest, key: IdempotencyKey | None, room: Room
) -> ComparisonRow:
    """Store a comparison and enqueue its jobs; or find the one that the same key has made before.

    The jobs of one spec follow each other in the queue: whoever trains them compiles once.

    Raises:
        Invalid: a spec cannot train, a job does not exist, the jobs are too many.
        KeyReused: the key came with another body.
        QueueFull, QuotaExceeded: so many more jobs cannot wait; nothing is stored.
    """
    if key is not None:
        take_turns(session, owner, key)
        earlier = find_by_key(session, owner, key.key)
        if earlier is not None:
            key.refuse_other(earlier.body_sha256 or "")
            return earlier
    specs = read(session, owner, request)
    seeds = seeds_from(specs[0].seed, request.seeds)
    jobs = submit_all(session, owner, [job for spec in specs for job in replicates(spec, seeds)], room)
    variants = [jobs[start : start + len(seeds)] for start in range(0, len(jobs), len(seeds))]
    row = ComparisonRow(
        id=new_comparison_id(),
        owner=owner,
        created_at=datetime.now(UTC),
        seeds=seeds,
        variants=[
            {"name": first.name, "spec_hash": first.spec_hash, "jobs": [first.id, *(job.id for job in others)]}
            for first, *others in variants
        ],
        cancel_requested=False,
        idempotency_key=None if key is None else key.key,
        body_sha256=None if key is None else key.body_sha256,
    )
    session.add(row)
    session.flush()
    return row


def cancel(session: Session, row: ComparisonRow) -> None:
    """Cancel every job that has not ended.

    Args:
        session: the session that holds the row.
        row: the comparison, locked.

    Raises:
        ComparisonEnded: there is nothing to cancel.
    """
    live = (
        select(JobRow)
        .where(JobRow.id.in_(job_ids(row)), JobRow.status.in_(LIVE))
        .order_by(JobRow.id)
        .options(load_only(JobRow.status, JobRow.version, JobRow.cancel_requested, JobRow.finished_at))
        .with_for_update()
    )
    jobs = session.scalars(live).all()
    if not jobs:
        raise ComparisonEnded("Every job of the comparison has ended already.")
    row.cancel_requested = True
    for job in jobs:
        operations.cancel(session, job)
