"""Requests preflights, within the transaction of the caller's session."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from models.diagnoses.thresholds import VERSION
from models.specs.canonical import canonical, spec_hash
from models.specs.job import TrainingJobSpec
from service.database.job_states import JobStatus
from service.database.session import take_turns
from service.database.tables import PreflightRow
from service.experiments.preflights.queries import find_equal
from service.ids import PREFLIGHT
from service.queue.limits import QueueLimits
from service.queue.workflows import INTERACTIVE, enqueue
from service.telemetry import spans


def request(
    session: Session, owner: str, spec: TrainingJobSpec, limits: QueueLimits, *, single_batch: bool = False
) -> PreflightRow:
    """Get the preflight of a spec: an earlier one of an equal request under the same rules, or a new one in the queue.

    One that failed is not answered with: what it lacked may be there now. Nor is one with the test on a single batch
    where none was asked for, or the other way round: its findings, and so its verdict, may be others.

    Raises:
        QueueFull: too many preflights wait.
        QuotaExceeded: too many of this owner wait.
    """
    digest = spec_hash(spec)
    take_turns(session, f"preflight {owner} {digest}")  # equal requests at once are one
    earlier = find_equal(session, owner, digest, VERSION, single_batch=single_batch)
    if earlier is not None:
        return earlier
    limits.check(session, PreflightRow, owner, 1)
    row = PreflightRow(
        id=PREFLIGHT.new(),
        owner=owner,
        status=JobStatus.QUEUED,
        spec=canonical(spec),
        spec_hash=digest,
        single_batch=single_batch,
        rules=VERSION,
        attempt=0,
        handed_back=0,
        version=1,
        traceparent=spans.traceparent(),
        created_at=datetime.now(UTC),
    )
    session.add(row)
    session.flush()
    enqueue(session, row.id, owner, INTERACTIVE)
    return row
