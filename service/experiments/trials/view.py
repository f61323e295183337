"""Turns a trial and the results of its jobs into the document that clients see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from statistics import median
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from models.non_finite import finite_or_none
from models.trials.judgement import Judgement
from service.database.job_states import LIVE, JobStatus
from service.database.tables import TrialRow
from service.experiments.replicates.sample import differences, sample
from service.experiments.trials.arms import Arm
from service.experiments.trials.evidence import Evidence, runs, weigh
from service.experiments.trials.queries import Ended, States, ended, job_ids, states
from service.experiments.trials.schemas import (
    ComparedArm,
    Controls,
    Cost,
    MinimalPatch,
    Trial,
    TrialArm,
    TrialEntry,
    TrialLinks,
    TrialMetric,
    TrialProgress,
    TrialSymptom,
    TriedPatch,
)
from service.http.conditional import tag_of
from service.http.routing import PREFIX
from service.jobs.view import path_of as job_path


class Snapshot(NamedTuple):
    """A trial's row and the states of its jobs, at one moment."""

    row: TrialRow
    states: States

    @property
    def live(self) -> list[str]:
        """The jobs that have not ended, in the order of the queue."""
        return [job_id for job_id in job_ids(self.row) if job_id in self.states and self.states[job_id].status in LIVE]

    @property
    def etag(self) -> str:
        """The strong ETag: it changes with every change of a job, and with every round."""
        versions = [self.states[job_id].version if job_id in self.states else "-" for job_id in job_ids(self.row)]
        return tag_of(self.row.cancel_requested, self.row.settled, *versions)

    @property
    def status(self) -> JobStatus:
        """The status of the trial as a whole."""
        row, found = self.row, {state.status for state in self.states.values()}
        if found & LIVE:
            reused = {job_id for arm in row.arms for job_id in arm["reused"]}
            own = {state.status for job_id, state in self.states.items() if job_id not in reused}
            return JobStatus.QUEUED if own == {JobStatus.QUEUED} else JobStatus.RUNNING
        if not row.settled:
            return JobStatus.RUNNING
        if row.cancel_requested:
            return JobStatus.CANCELLED
        if JobStatus.SUCCEEDED in found or not job_ids(row):
            return JobStatus.SUCCEEDED
        return JobStatus.FAILED if JobStatus.FAILED in found else JobStatus.CANCELLED


def snapshot(session: Session, row: TrialRow) -> Snapshot:
    """Read the states of a trial's jobs."""
    return Snapshot(row, states(session, row))


def path_of(trial_id: str) -> str:
    """The URL path of a trial."""
    return f"{PREFIX}/trials/{trial_id}"


def entry(seen: Snapshot) -> TrialEntry:
    """The trial in a list."""
    return TrialEntry(**_head(seen))


def view(session: Session, seen: Snapshot) -> Trial:
    """The trial; what has not ended yet is null in it."""
    row = seen.row
    results = ended(session, row)
    evidence = weigh(row, seen.states, results)
    arms = [_arm(arm, seen.states, results, evidence) for arm in evidence.arms]
    base = arms[0]

    def compared(index: int) -> dict[str, Any]:
        return dict(arms[index]) | _beside(base, arms[index], evidence.judgements[index])

    by_kind = {arm.kind: index for index, arm in enumerate(evidence.arms)}
    controls = {
        kind: ComparedArm(**compared(by_kind[kind])) if kind in by_kind else None for kind in ("no_op", "random")
    }
    return Trial(
        **_head(seen),
        control_seeds=row.control_seeds,
        metric=TrialMetric(**asdict(evidence.metric)),
        base=base,
        patches=[
            TriedPatch(
                **compared(index),
                beats_random=_beats(evidence, index, by_kind.get("random")),
                ablations=[
                    ComparedArm(**compared(at)) for at, other in enumerate(evidence.arms) if other.whole == index
                ],
                minimal_patch=_minimal(evidence, index),
            )
            for index, arm in enumerate(evidence.arms)
            if arm.kind == "patch"
        ],
        controls=Controls(**controls),
    )


def _head(seen: Snapshot) -> dict[str, Any]:
    """The members of a :class:`TrialEntry`."""
    row, path = seen.row, path_of(seen.row.id)
    count = len(job_ids(row))
    return {
        "id": row.id,
        "job_id": row.job_id,
        "status": seen.status,
        "created_at": row.created_at,
        "seeds": row.seeds,
        "progress": TrialProgress(jobs=count - len(seen.live), of=count),
        "links": TrialLinks(self=path, cancel=f"{path}/cancel", job=job_path(row.job_id)),
    }


def _arm(arm: Arm, found: States, results: Mapping[str, Ended], evidence: Evidence) -> TrialArm:
    """An arm by itself."""
    own = [results[job_id] for job_id in arm.jobs if job_id in results]
    known = [job.result for job in own if job.result is not None]
    values = [None if run is None else run.value for run in runs(arm, results, evidence.metric)]
    return TrialArm(
        **arm.model_dump(include={"kind", "code", "patch", "changes", "spec_hash", "same_steps", "jobs", "reused"}),
        gate=arm.gate,
        statuses=[found[job_id].status if job_id in found else "missing" for job_id in arm.jobs],
        stop_reasons=Counter("failed" if job.result is None else job.result["stop_reason"] for job in own),
        verdicts=Counter(result["verdict"] for result in known if result["verdict"] is not None),
        metric=sample(values),
        cost=_cost(arm, [job for job in own if job.result is not None]),
    )


def _cost(arm: Arm, jobs: list[Ended]) -> Cost:
    """Medians over the jobs that have succeeded."""
    steps = [arm.steps * job.epoch / job.epochs for job in jobs]
    timings = [(job.receipt or {}).get("timings", {}).get("train") for job in jobs]
    seconds = [timing for timing in timings if timing is not None]
    parameters = [job.result["parameters"]["total"] for job in jobs if job.result is not None]
    return Cost(
        steps=median(steps) if steps else None,
        seconds=median(seconds) if seconds else None,
        parameters=parameters[0] if parameters else None,
    )


def _beside(base: TrialArm, arm: TrialArm, judgement: Judgement) -> dict[str, Any]:
    """The members that a :class:`ComparedArm` has beside those of an arm."""
    comparable = len(base.jobs) == len(arm.jobs)
    return {
        "difference": differences(arm.metric.values, base.metric.values if comparable else []),
        "extra_cost": _extra(base.cost, arm.cost),
        "pairs": judgement.pairs,
        "symptoms": [TrialSymptom(**asdict(symptom)) for symptom in judgement.symptoms],
        "symptom_gone": judgement.symptom_gone,
        "better": judgement.better,
        "gain": finite_or_none(judgement.gain),
        "needed_gain": judgement.needed,
        "metric_better": judgement.metric_better,
        "verdict": judgement.verdict,
        "reason": judgement.reason,
    }


def _extra(base: Cost, arm: Cost) -> Cost:
    def minus(name: str) -> Any:
        one, other = getattr(base, name), getattr(arm, name)
        return None if one is None or other is None else other - one

    return Cost(steps=minus("steps"), seconds=minus("seconds"), parameters=minus("parameters"))


def _beats(evidence: Evidence, index: int, control: int | None) -> bool | None:
    """Whether a patch gains more than the random one, in the median over the same seeds."""
    if control is None:
        return None
    own, blind = evidence.judgements[index], evidence.judgements[control]
    if own.gain is None or blind.gain is None:
        return None
    return own.gain > blind.gain


def _minimal(evidence: Evidence, index: int) -> MinimalPatch | None:
    """The smallest part that cures, as a patch; the patch itself where nothing of it can be missed."""
    kinds = evidence.eliminations[index].minimal
    if kinds is None:
        return None
    whole = evidence.arms[index]
    if kinds == frozenset(whole.changes):
        return MinimalPatch(changes=whole.changes, patch=whole.patch)
    part = next(arm for arm in evidence.arms if arm.whole == index and frozenset(arm.changes) == kinds)
    return MinimalPatch(changes=part.changes, patch=part.patch)
