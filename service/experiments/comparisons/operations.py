"""Creates and cancels comparisons, each within the transaction of the caller's session."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy.orm import Session

from models.specs import limits
from models.specs.canonical import canonical
from models.specs.job import TrainingJobSpec
from models.violation import Violation
from service.database.tables import ComparisonRow
from service.errors import ComparisonEnded, Invalid, InvalidSpec, NotFound
from service.experiments.comparisons.queries import job_ids
from service.experiments.comparisons.schemas import MAX_JOBS, ComparisonRequest
from service.experiments.replicates.seeds import replicates, seeds_from
from service.ids import COMPARISON
from service.jobs.operations import IdempotencyKey, cancel_all, find_by_key, submit_all
from service.jobs.queries import find, labels_of
from service.queue.limits import QueueLimits
from service.queue.workflows import BATCH
from service.specs.checks import parse_spec

MAX_BYTES = 32 * 2**20  # of the specs of all jobs together: each keeps its own, with the rows that it may hold inline


def create(
    session: Session, owner: str, request: ComparisonRequest, key: IdempotencyKey | None, queue_limits: QueueLimits
) -> ComparisonRow:
    """Store a comparison and enqueue its jobs; or find the one that the same key has made before.

    The jobs of one spec follow each other in the queue: the slot that trains them compiles once.

    Raises:
        Invalid: a spec cannot train, a job does not exist, the jobs are too many.
        KeyReused: the key came with another body.
        QueueFull, QuotaExceeded: so many more jobs cannot wait; nothing is stored.
    """
    if key is not None:
        before = find_by_key(session, ComparisonRow, owner, key)
        if before is not None:
            return before
    specs = _read(session, owner, request)
    seeds = seeds_from(specs[0].seed, request.seeds)
    wanted = [job for spec in specs for job in replicates(spec, seeds)]
    # The seeds of a single spec are better spread over all slots.
    jobs = submit_all(session, owner, wanted, queue_limits, BATCH, together=len(specs) > 1)
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


def _read(session: Session, owner: str, request: ComparisonRequest) -> list[TrainingJobSpec]:
    """Read the specs that are to be compared.

    Raises:
        InvalidSpec: one of them cannot train; the pointers lead into the request.
        Invalid: a job does not exist, or the jobs are too many or too large together.
    """
    specs = _specs_of_jobs(session, owner, request.jobs or ()) if request.specs is None else _parse(request.specs)
    _refuse_many(specs, request.seeds)
    return specs


def _parse(documents: Sequence[Any]) -> list[TrainingJobSpec]:
    specs: list[TrainingJobSpec] = []
    violations: list[Violation] = []
    for index, document in enumerate(documents):
        try:
            specs.append(parse_spec(document))
        except InvalidSpec as refused:
            violations += [
                Violation(f"/specs/{index}{violation.pointer}", violation.detail) for violation in refused.violations
            ]
    if violations:
        raise InvalidSpec.of(violations[: limits.MAX_ERRORS])
    return specs


def _specs_of_jobs(session: Session, owner: str, job_ids: Sequence[str]) -> list[TrainingJobSpec]:
    rows = {}
    violations = []
    for index, job_id in enumerate(job_ids):
        try:
            rows[job_id] = find(session, owner, job_id)
        except NotFound as missing:
            violations.append(Violation(f"/jobs/{index}", missing.detail))
    if violations:
        raise Invalid.of(violations)
    labels = labels_of(session, list(rows))
    specs = []
    for index, job_id in enumerate(job_ids):
        row = rows[job_id]
        document = {**row.spec, "labels": labels[job_id]} | ({} if row.name is None else {"name": row.name})
        try:
            specs.append(parse_spec(document))
        except InvalidSpec as refused:  # the job is of an earlier version
            detail = f"its spec is refused by today's rules: {refused.detail}"
            violations.append(Violation(f"/jobs/{index}", detail))
    if violations:
        raise Invalid.of(violations)
    return specs


def _refuse_many(specs: Sequence[TrainingJobSpec], seeds: int) -> None:
    if len(specs) * seeds > MAX_JOBS:
        detail = f"{len(specs)} specs with {seeds} seeds are {len(specs) * seeds} jobs; at most {MAX_JOBS} are possible"
        raise Invalid.of([Violation("/seeds", detail)])
    size = seeds * sum(len(orjson.dumps(canonical(spec))) for spec in specs)
    if size > MAX_BYTES:
        detail = f"the specs of all jobs have {size} bytes together; at most {MAX_BYTES} are possible"
        raise Invalid.of([Violation("/seeds", detail)])
