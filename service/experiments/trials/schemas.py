"""The wire models of trials."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from models.diagnoses.finding import Severity
from models.frozen import Frozen
from models.specs.spec import WHOLE
from models.trials.judgement import POINT, SHARE, Reason, Verdict
from models.trials.patching import MAX_OPERATIONS, PatchOperation
from service.database.job_states import JobStatus
from service.experiments.replicates.sample import Differences, Sample
from service.experiments.trials.arms import Gate, Kind

MAX_ADVICE = 6  # patches that are tried without being chosen
MAX_CHOSEN = 10
MAX_OWN = 10
MAX_SEEDS = 20

Code = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9_.\- ]+$")]


class OwnPatch(Frozen):
    """A change of the client's own."""

    code: Annotated[Code, Field(description="A name for it.")]
    patch: Annotated[
        list[PatchOperation],
        Field(min_length=1, max_length=MAX_OPERATIONS, description="RFC 6902, on the job's canonical spec."),
    ]


class TrialRequest(Frozen):
    """What to try; without anything, the advice of the job's diagnosis that has a patch, the best first."""

    advice: Annotated[
        list[Code] | None,
        Field(
            min_length=1,
            max_length=MAX_CHOSEN,
            description="Codes of the advice that is tried. Without it, and without `patches`, that is all advice with "
            f"a patch, at most {MAX_ADVICE}: that for errors first, and each finding's best before its second best.",
        ),
    ] = None
    patches: Annotated[
        list[OwnPatch] | None,
        Field(
            min_length=1,
            max_length=MAX_OWN,
            description="Changes of your own. They may not touch the seed, the data's source and split, the metrics "
            "and the diagnostics: runs would not compare.",
        ),
    ] = None
    seeds: Annotated[
        int,
        Field(strict=True, ge=2, le=MAX_SEEDS, description="Trainings of each spec; the first has the job's own seed."),
        WHOLE,
    ] = 5


class TrialMetric(Frozen):
    """The number by which runs are compared."""

    split: str
    name: str
    higher: Annotated[bool, Field(description="Whether more of it is better.")]


class TrialProgress(Frozen):
    """How many of the jobs that are known so far have ended or were deleted."""

    jobs: int
    of: int


class Cost(Frozen):
    """What a training of an arm takes: medians over its jobs."""

    steps: Annotated[float | None, Field(description="Optimizer steps that were taken.")]
    seconds: Annotated[float | None, Field(description="Seconds of training, without compiling.")]
    parameters: int | None


class TrialSymptom(Frozen):
    """A finding that is to go, counted over the pairs."""

    code: str
    severity: Annotated[Severity, Field(description="From which on it counts.")]
    base: Annotated[int, Field(description="Runs of the base that have it.")]
    gone: Annotated[int, Field(description="Runs of this arm that do not have it, and neither diverged nor failed.")]


class TrialArm(Frozen):
    """One spec, trained with every seed. Its lists have one entry a seed."""

    kind: Kind
    code: str
    patch: Annotated[list[dict[str, Any]], Field(description="RFC 6902, on the job's canonical spec.")]
    changes: Annotated[
        list[str], Field(description="Kinds of the independent changes that it makes.", examples=[["activation"]])
    ]
    gate: Annotated[Gate | None, Field(description="Why it is not trained: it is refuted without.")]
    spec_hash: Annotated[str | None, Field(description="Of the spec with the first seed; null if it is not trained.")]
    same_steps: Annotated[
        bool,
        Field(description="Whether it has the base's budget of optimizer steps, as exactly as whole epochs allow."),
    ]
    jobs: list[str]
    reused: Annotated[list[str], Field(description="Those of its jobs that had succeeded before.")]
    statuses: list[JobStatus | Literal["missing"]]
    stop_reasons: Annotated[dict[str, int], Field(description="How many of its jobs ended why.")]
    verdicts: Annotated[dict[str, int], Field(description="How many of its jobs got which verdict.")]
    metric: Sample
    cost: Cost


class ComparedArm(TrialArm):
    """An arm beside the base, seed by seed."""

    difference: Annotated[Differences, Field(description="The metric minus the base's.")]
    extra_cost: Annotated[Cost, Field(description="Its cost minus the base's.")]
    pairs: Annotated[int, Field(description="Seeds for which both runs have ended.")]
    symptoms: list[TrialSymptom]
    symptom_gone: Annotated[
        bool | None,
        Field(
            description=f"Whether all symptoms are gone together in at least {SHARE:.0%} of the pairs, and in more "
            "than without the patch; null while undecided, and where there is none."
        ),
    ]
    better: Annotated[int, Field(description="Pairs in which the metric is better; a run that diverged never is.")]
    gain: Annotated[float | None, Field(description="The median of how much better; null where it is not finite.")]
    needed_gain: Annotated[
        float | None,
        Field(
            description=f"The least that counts: {POINT} (of a loss: {POINT:.0%} of the base's median), or one "
            "standard deviation of the base's runs where that is more."
        ),
    ]
    metric_better: bool | None
    verdict: Annotated[
        Verdict | None,
        Field(
            description="`confirmed`: symptom gone and metric better. `no_gain`: the symptom is gone, or there was "
            "none, and the metric is not better. `refuted`: the symptom stays. Null while undecided."
        ),
    ]
    reason: Annotated[Reason | None, Field(description="Why it is not confirmed.")]


class MinimalPatch(Frozen):
    """The smallest part of a patch that cures as well."""

    changes: list[str]
    patch: list[dict[str, Any]]


class TriedPatch(ComparedArm):
    """A patch, and what was left of it after leaving something out."""

    beats_random: Annotated[
        bool | None, Field(description="Whether its median gain is greater than that of the random patch.")
    ]
    ablations: list[ComparedArm]
    minimal_patch: Annotated[
        MinimalPatch | None, Field(description="Null while undecided, and where the patch does not cure.")
    ]


class Controls(Frozen):
    """What happens without a cure."""

    no_op: Annotated[ComparedArm | None, Field(description="The base with other seeds: how much chance moves.")]
    random: Annotated[ComparedArm | None, Field(description="A change drawn blindly from the same kinds of changes.")]


class TrialLinks(Frozen):
    """Where to look again, where to cancel, and what it is about."""

    self: str
    cancel: str
    job: str


STATUS = (
    "`queued`: none of its own jobs has begun. `running`: some job is still to end, or another round to begin. Then "
    "`cancelled`, if the trial was; else `succeeded`, if some job has or nothing passed the gate; else `failed`, if "
    "some job has; else `cancelled`: every job was cancelled or deleted."
)


class TrialEntry(Frozen):
    """A trial in a list."""

    id: str
    job_id: str
    status: Annotated[JobStatus, Field(description=STATUS)]
    created_at: datetime
    seeds: list[int]
    progress: TrialProgress
    links: TrialLinks


class Trial(TrialEntry):
    """Patches beside the job's own spec, over the same seeds."""

    control_seeds: Annotated[list[int], Field(description="Of the no-op control.")]
    metric: TrialMetric
    base: TrialArm
    patches: list[TriedPatch]
    controls: Controls
