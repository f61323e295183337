"""Creates and cancels trials, each within the transaction of the caller's session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from models.diagnoses.finding import Diagnosis
from models.specs.canonical import canonical, spec_hash
from models.specs.check import InvalidSpec, parse
from models.specs.geometry import steps
from models.specs.job import TrainingJobSpec
from models.trials.judgement import primary
from models.trials.space import draw
from service.database.tables import TrialRow
from service.errors import NothingToTry, TrialEnded
from service.experiments.replicates.seeds import seeds_from
from service.experiments.trials.arms import Arm, completed
from service.experiments.trials.candidates import Candidate, candidates
from service.experiments.trials.queries import job_ids
from service.experiments.trials.scheduling import PlannedArm, schedule
from service.experiments.trials.schemas import TrialRequest
from service.ids import TRIAL
from service.jobs.operations import IdempotencyKey, cancel_all, find_by_key
from service.jobs.queries import find_succeeded
from service.queue.limits import QueueLimits


def create(
    session: Session, owner: str, job_id: str, request: TrialRequest, key: IdempotencyKey | None, limits: QueueLimits
) -> TrialRow:
    """Store a trial and enqueue the jobs of its first round; or find the one that the same key has made before.

    Raises:
        NotFound: there is no such job.
        NotFinished: it has not ended.
        NotSucceeded: it has left no record to be judged.
        NothingToTry: nothing that is advised can be tried.
        Invalid: an advice does not exist, a patch cannot be tried, the jobs are too large.
        KeyReused: the key came with another body.
        QueueFull, QuotaExceeded: so many more jobs cannot wait; nothing is stored.
        NothingToTry: nothing is advised, or today's rules refuse the job's spec.
    """
    if key is not None:
        before = find_by_key(session, TrialRow, owner, key)
        if before is not None:
            return before
    job = find_succeeded(session, owner, job_id)
    try:
        base = parse(job.spec)
    except InvalidSpec as refused:  # it is of an earlier version
        raise NothingToTry(f"The job's spec is refused by today's rules: {refused}") from None
    diagnosis = None if job.diagnosis is None else Diagnosis.model_validate(job.diagnosis)
    tried = candidates(base, diagnosis, request)
    trial_id = TRIAL.new()
    seeds = seeds_from(base.seed, 2 * request.seeds)
    seeds, control_seeds = seeds[: request.seeds], seeds[request.seeds :]
    planned = _planned(base, tried, seeds, control_seeds)
    arms = schedule(session, owner, trial_id, job.name, planned, limits)
    row = TrialRow(
        id=trial_id,
        owner=owner,
        job_id=job.id,
        created_at=datetime.now(UTC),
        spec=canonical(base),
        name=job.name,
        seeds=seeds,
        control_seeds=control_seeds,
        metric=asdict(primary(base)),
        arms=[arm.model_dump(mode="json") for arm in arms],
        settled=not any(arm.jobs for arm in arms),
        cancel_requested=False,
        idempotency_key=None if key is None else key.key,
        body_sha256=None if key is None else key.body_sha256,
    )
    session.add(row)
    session.flush()
    return row


def cancel(session: Session, row: TrialRow) -> None:
    """Cancel every job that has not ended; no round follows.

    Jobs that this trial found trained have ended before, so that none but its own are touched.

    Args:
        session: the session that holds the row.
        row: the trial, locked.

    Raises:
        TrialEnded: there is nothing to cancel.
    """
    if row.settled:
        raise TrialEnded("Nothing of the trial is to come any more.")
    row.cancel_requested = row.settled = True
    cancel_all(session, job_ids(row))


def _planned(
    base: TrainingJobSpec, tried: Sequence[Candidate], seeds: list[int], control_seeds: list[int]
) -> list[PlannedArm]:
    """The arms of the first round: the base, what is tried, the controls. Where nothing passes the gate none trains."""
    patches = [PlannedArm(entry.arm, _spec(entry), seeds) for entry in tried]
    fit = [plan for plan in patches if plan.spec is not None]
    plain = Arm(kind="base", code="base", steps=steps(base))
    if not fit:
        return [PlannedArm(plain, None, seeds), *patches]
    targets = {code: severity for plan in fit for code, severity in plan.arm.targets.items()}
    noise = plain.model_copy(update={"kind": "no_op", "code": "no_op", "targets": targets})
    controls = [PlannedArm(noise, base, control_seeds)]
    drawn = draw(base, [spec_hash(plan.spec) for plan in fit if plan.spec is not None], base.seed)
    if drawn is not None:
        patch = [operation.model_dump(mode="json") for operation in drawn.patch]
        blind = Arm(kind="random", code=f"random_{drawn.kind}", patch=patch, targets=targets)
        controls.append(PlannedArm(completed(blind, drawn.proposal), drawn.proposal.spec, seeds))
    return [PlannedArm(plain, base, seeds), *patches, *controls]


def _spec(entry: Candidate) -> TrainingJobSpec | None:
    """What a candidate trains, if it passes the gate."""
    return None if entry.proposal is None or entry.arm.gate is not None else entry.proposal.spec
