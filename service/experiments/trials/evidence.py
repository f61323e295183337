"""Judges the arms of a trial by the jobs that have ended, for the API and the agents alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.trials.ablation import Elimination, Part, eliminate
from models.trials.judgement import GATED, Judgement, Metric, Run, gravest, judge
from service.database.job_states import LIVE, JobStatus
from service.database.tables import TrialRow
from service.experiments.trials.arms import Arm
from service.experiments.trials.queries import Ended, States, arms_of


@dataclass(frozen=True)
class Evidence:
    """The arms of a trial with their judgements.

    Attributes:
        arms: as stored.
        metric: by which they are compared.
        judgements: one an arm, against the base; without a verdict as long as a job of either has not ended.
        eliminations: index of a patch -> where the search for its smallest part stands.
    """

    arms: Sequence[Arm]
    metric: Metric
    judgements: Sequence[Judgement]
    eliminations: Mapping[int, Elimination]


def weigh(row: TrialRow, states: States, ended: Mapping[str, Ended]) -> Evidence:
    """Judge every arm that has ended.

    Args:
        row: the trial.
        states: of its jobs that were not deleted.
        ended: what those that have ended say.
    """
    arms = arms_of(row)
    metric = Metric(**row.metric)
    base = [run if run is None or run.stop_reason != "failed" else None for run in runs(arms[0], ended, metric)]
    judgements = [_judge(arm, base, _live(arms[0], states), states, ended, metric) for arm in arms]
    eliminations = {}
    for index, arm in enumerate(arms):
        if arm.kind == "patch":
            parts = [_part(other, judgements[at]) for at, other in enumerate(arms) if other.whole == index]
            eliminations[index] = eliminate(_part(arm, judgements[index]), parts)
    return Evidence(arms, metric, judgements, eliminations)


def runs(arm: Arm, ended: Mapping[str, Ended], metric: Metric) -> list[Run | None]:
    """How each job of an arm ended; None where it has not, or was cancelled or deleted."""
    return [None if job_id not in ended else _run(ended[job_id], metric) for job_id in arm.jobs]


def _run(job: Ended, metric: Metric) -> Run:
    if job.status == JobStatus.FAILED or job.result is None:
        return Run("failed", None, {})
    found = [] if job.diagnosis is None else job.diagnosis["findings"]
    return Run(
        job.result["stop_reason"],
        job.result["metrics"].get(metric.split, {}).get(metric.name),
        gravest([(finding["code"], finding["severity"]) for finding in found]),
    )


def _judge(
    arm: Arm,
    base: Sequence[Run | None],
    waiting: bool,
    states: States,
    ended: Mapping[str, Ended],
    metric: Metric,
) -> Judgement:
    if arm.gate is not None:
        return GATED
    if arm.kind == "base" or waiting or _live(arm, states):
        return Judgement()
    comparable = arm.same_loss or metric.name != "loss"
    return judge(base, runs(arm, ended, metric), arm.targets, metric, comparable=comparable)


def _live(arm: Arm, states: States) -> bool:
    return any(job_id in states and states[job_id].status in LIVE for job_id in arm.jobs)


def _part(arm: Arm, judgement: Judgement) -> Part:
    return Part(frozenset(arm.changes), judgement)
