"""Schedules the trainings of trials: makes or finds the jobs of each arm, and begins a round when all jobs have ended.

Agents call :func:`advance` at every heartbeat. Which arms a round adds is computed from the rows alone, in a
transaction that holds the trial's row: the first agent stores them, the others find it done, and a restart of
everything loses nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from models.diagnoses.thresholds import VERSION
from models.specs import limits
from models.specs.canonical import canonical, spec_hash
from models.specs.check import parse, read_stored
from models.specs.job import TrainingJobSpec
from models.trials.changes import Change, changed, changes
from models.trials.patching import apply, read
from models.trials.proposal import Unfit, propose
from models.violation import Violation
from service.database.job_states import JobStatus
from service.database.session import reading, writing
from service.database.tables import JobRow, TrialRow
from service.errors import Invalid, QueueFull, QuotaExceeded
from service.experiments.replicates.seeds import replicates
from service.experiments.trials.arms import Arm, completed, gate_of
from service.experiments.trials.evidence import Evidence, weigh
from service.experiments.trials.queries import ended, is_live, states
from service.jobs.operations import submit_all
from service.queue.limits import QueueLimits
from service.queue.workflows import BATCH

logger = logging.getLogger(__name__)

MAX_BYTES = 32 * 2**20  # of the specs of all new jobs together: each keeps its own, with rows that it may hold inline


@dataclass(frozen=True)
class PlannedArm:
    """An arm that has no jobs yet, with the spec and the seeds to train; an arm without a spec is not trained."""

    arm: Arm
    spec: TrainingJobSpec | None
    seeds: Sequence[int]


def schedule(
    session: Session, owner: str, trial_id: str, name: str | None, planned: Sequence[PlannedArm], limits: QueueLimits
) -> list[Arm]:
    """Give each arm its jobs, in one transaction; arms that train the same share them.

    A succeeded job of the owner with the same spec, seed included, is taken as it is if today's rules have judged it:
    trainings repeat to the last bit.

    Args:
        session: that of the transaction.
        owner: of all the jobs.
        trial_id: under which the new jobs are labelled.
        name: of the job that the trial is about; the new ones are named after it.
        planned: the arms; the jobs of one follow each other in the queue.
        limits: how many jobs may wait.

    Raises:
        Invalid: the new jobs are too large together.
        QueueFull, QuotaExceeded: so many more jobs cannot wait; nothing is stored.
    """
    specs: dict[str, TrainingJobSpec] = {}
    wanted: list[list[str]] = []
    for plan in planned:
        keys = []
        for spec in [] if plan.spec is None else replicates(_named(plan, plan.spec, trial_id, name), plan.seeds):
            keys.append(spec_hash(spec))
            specs.setdefault(keys[-1], spec)  # the first arm that wants a training names it
        wanted.append(keys)
    found = trained(session, owner, specs)
    missing = [key for key in specs if key not in found]
    size = sum(len(orjson.dumps(canonical(specs[key]))) for key in missing)
    if size > MAX_BYTES:
        detail = f"the specs of all jobs have {size} bytes together; at most {MAX_BYTES} are possible"
        raise Invalid.of([Violation("/seeds", detail)])
    made = submit_all(session, owner, [specs[key] for key in missing], limits, BATCH, together=True) if missing else []
    jobs = found | {key: row.id for key, row in zip(missing, made, strict=True)}
    return [
        plan.arm.model_copy(
            update={
                "spec_hash": keys[0] if keys else None,
                "jobs": [jobs[key] for key in keys],
                "reused": [found[key] for key in keys if key in found],
            }
        )
        for plan, keys in zip(planned, wanted, strict=True)
    ]


def _named(plan: PlannedArm, spec: TrainingJobSpec, trial_id: str, name: str | None) -> TrainingJobSpec:
    """The spec with a name and labels that tell people which trial and arm its jobs belong to."""
    labels = {"trial": trial_id, "arm": plan.arm.code[: limits.MAX_TEXT]}
    title = f"{name or 'trial'}: {plan.arm.code}"[: limits.MAX_TEXT]
    return spec.model_copy(update={"name": title, "labels": labels})


def trained(session: Session, owner: str, hashes: Iterable[str]) -> dict[str, str]:
    """The oldest succeeded job for each spec hash, among those that the current version of the diagnoses has judged."""
    query = select(JobRow.spec_hash, JobRow.id, JobRow.diagnosis).where(
        JobRow.owner == owner, JobRow.status == JobStatus.SUCCEEDED, JobRow.spec_hash.in_(list(hashes))
    )
    found: dict[str, str] = {}
    for key, job_id, diagnosis in session.execute(query.order_by(JobRow.id)):
        if diagnosis is not None and diagnosis["version"] == VERSION:
            found.setdefault(key, job_id)
    return found


def advance(engine: Engine, limits: QueueLimits) -> None:
    """Settle every trial whose jobs have ended, or begin its next round.

    Args:
        engine: the database.
        limits: how many jobs may wait; a round for which there is no room is tried again at the next call.
    """
    with reading(engine) as session:
        unsettled = list(session.scalars(select(TrialRow).where(~TrialRow.settled).order_by(TrialRow.id)))
        due = [row.id for row in unsettled if not is_live(states(session, row))]
    for trial_id in due:
        try:
            with writing(engine) as session:
                settle(session, trial_id, limits)
        except (QueueFull, QuotaExceeded):
            logger.info("trial %s waits for room in the queue", trial_id)
        except SQLAlchemyError:
            raise
        except Exception:  # one that cannot be judged must not keep the others from going on
            logger.exception("trial %s cannot go on and ends here", trial_id)
            with writing(engine) as session:
                session.get_one(TrialRow, trial_id, with_for_update=True).settled = True


def settle(session: Session, trial_id: str, limits: QueueLimits) -> None:
    """Decide on one trial, in a transaction that holds its row.

    Raises:
        QueueFull, QuotaExceeded: there is no room for its next round; nothing is stored.
    """
    row = session.scalar(select(TrialRow).where(TrialRow.id == trial_id, ~TrialRow.settled).with_for_update())
    if row is None:
        return
    found = states(session, row)
    if is_live(found):
        return
    planned = list(_next_round(row, weigh(row, found, ended(session, row))))
    if planned:
        arms = schedule(session, row.owner, row.id, row.name, planned, limits)
        row.arms = [*row.arms, *(arm.model_dump(mode="json") for arm in arms)]
    else:
        row.settled = True


def _next_round(row: TrialRow, evidence: Evidence) -> Iterator[PlannedArm]:
    """The arms of the next round: ablations of the patches that cure."""
    base: TrainingJobSpec | None = None
    for index, elimination in evidence.eliminations.items():
        arm = evidence.arms[index]
        if not elimination.wanted:
            continue
        base = base or read_stored(row.spec)
        whole = changes(base, parse(apply(row.spec, read(arm.patch))))
        for kinds in elimination.wanted:
            yield _without(base, arm, index, [change for change in whole if change.kind in kinds], row.seeds)


def _without(base: TrainingJobSpec, arm: Arm, index: int, left: list[Change], seeds: list[int]) -> PlannedArm:
    """The ablation that makes only these changes of a patch."""
    kinds = [change.kind for change in left]
    part = Arm(
        kind="ablation",
        code=f"{arm.code} ({', '.join(kinds)})",
        patch=[operation.model_dump(mode="json") for change in left for operation in change.operations],
        changes=kinds,
        targets=arm.targets,
        whole=index,
    )
    try:
        proposal = propose(base, changed(base, left))
    except Unfit as unfit:
        return PlannedArm(part.model_copy(update={"gate": gate_of(unfit)}), None, seeds)
    part = completed(part, proposal).model_copy(update={"changes": kinds})
    return PlannedArm(part, None if part.gate else proposal.spec, seeds)
