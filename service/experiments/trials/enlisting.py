"""The jobs of a trial's arms: made as all others, or found where the same has been trained already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.diagnoses.thresholds import VERSION
from models.specs import limits
from models.specs.canonical import canonical, spec_hash
from models.specs.job import TrainingJobSpec
from models.violation import Violation
from service.database.job_states import JobStatus
from service.database.tables import JobRow
from service.errors import Invalid
from service.experiments.replicates.seeds import replicates
from service.experiments.trials.arms import Arm
from service.jobs.operations import submit_all
from service.queue.limits import QueueLimits
from service.queue.workflows import BATCH

MAX_BYTES = 32 * 2**20  # of the specs of all new jobs together: each keeps its own, with rows that it may hold inline


@dataclass(frozen=True)
class Planned:
    """An arm without jobs, and what they are to train; without a spec it is not trained."""

    arm: Arm
    spec: TrainingJobSpec | None
    seeds: Sequence[int]


def enlist(
    session: Session, owner: str, trial_id: str, name: str | None, planned: Sequence[Planned], room: QueueLimits
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
        room: how many jobs may wait.

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
    made = submit_all(session, owner, [specs[key] for key in missing], room, BATCH, together=True) if missing else []
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


def _named(plan: Planned, spec: TrainingJobSpec, trial_id: str, name: str | None) -> TrainingJobSpec:
    """The spec with what tells people where its jobs come from."""
    labels = {"trial": trial_id, "arm": plan.arm.code[: limits.MAX_TEXT]}
    title = f"{name or 'trial'}: {plan.arm.code}"[: limits.MAX_TEXT]
    return spec.model_copy(update={"name": title, "labels": labels})


def trained(session: Session, owner: str, hashes: Iterable[str]) -> dict[str, str]:
    """Succeeded jobs that today's rules have judged: spec hash -> the oldest job."""
    query = select(JobRow.spec_hash, JobRow.id, JobRow.diagnosis).where(
        JobRow.owner == owner, JobRow.status == JobStatus.SUCCEEDED, JobRow.spec_hash.in_(list(hashes))
    )
    found: dict[str, str] = {}
    for key, job_id, diagnosis in session.execute(query.order_by(JobRow.id)):
        if diagnosis is not None and diagnosis["version"] == VERSION:
            found.setdefault(key, job_id)
    return found
