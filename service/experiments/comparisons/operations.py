"""Making and cancelling comparisons: each within the transaction of the caller's session."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from service.database.tables import ComparisonRow
from service.errors import ComparisonEnded
from service.experiments.comparisons.queries import job_ids
from service.experiments.comparisons.schemas import ComparisonRequest
from service.experiments.comparisons.specs import read
from service.experiments.replicates.seeds import replicates, seeds_from
from service.ids import COMPARISON
from service.jobs.operations import IdempotencyKey, cancel_all, earlier, submit_all
from service.queue.limits import QueueLimits
from service.queue.workflows import BATCH


def create(
    session: Session, owner: str, request: ComparisonRequest, key: IdempotencyKey | None, room: QueueLimits
) -> ComparisonRow:
    """Store a comparison and enqueue its jobs; or find the one that the same key has made before.

    The jobs of one spec follow each other in the queue: whoever trains them compiles once.

    Raises:
        Invalid: a spec cannot train, a job does not exist, the jobs are too many.
        KeyReused: the key came with another body.
        QueueFull, QuotaExceeded: so many more jobs cannot wait; nothing is stored.
    """
    if key is not None:
        before = earlier(session, ComparisonRow, owner, key)
        if before is not None:
            return before
    specs = read(session, owner, request)
    seeds = seeds_from(specs[0].seed, request.seeds)
    wanted = [job for spec in specs for job in replicates(spec, seeds)]
    # The seeds of a single spec are better spread over all slots.
    jobs = submit_all(session, owner, wanted, room, BATCH, together=len(specs) > 1)
    variants = [jobs[start : start + len(seeds)] for start in range(0, len(jobs), len(seeds))]
    row = ComparisonRow(
        id=COMPARISON.new(),
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
    if not cancel_all(session, job_ids(row)):
        raise ComparisonEnded("Every job of the comparison has ended already.")
    row.cancel_requested = True
