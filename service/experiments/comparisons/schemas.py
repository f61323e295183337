"""The wire models of comparisons."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from models.frozen import Frozen
from models.specs.job import TrainingJobSpec
from models.specs.spec import WHOLE
from service.database.job_states import JobStatus
from service.experiments.replicates.sample import Differences, Sample
from service.experiments.replicates.statistics import LEVEL
from service.http.documents import DescribedAs

MAX_SPECS = 20
MAX_SEEDS = 100
MAX_JOBS = 500

ONE_OF: JsonDict = {"oneOf": [{"required": ["specs"]}, {"required": ["jobs"]}]}


class ComparisonRequest(Frozen):
    """Specs, or jobs whose specs are meant, and the number of seeds that each of them is trained with.

    Each spec makes `seeds` jobs. The seeds count up from the *first* spec's `seed` (modulo 2³²), the same for all
    specs, so that the k-th jobs of two specs are a pair; the other specs' own seeds are not used.
    """

    model_config = ConfigDict(json_schema_extra=ONE_OF)

    specs: Annotated[
        list[Annotated[Any, DescribedAs(TrainingJobSpec)]] | None, Field(min_length=1, max_length=MAX_SPECS)
    ] = None
    jobs: Annotated[
        list[str] | None, Field(min_length=1, max_length=MAX_SPECS, description="Ids of jobs whose specs are taken.")
    ] = None
    seeds: Annotated[
        int,
        Field(
            strict=True,
            ge=1,
            le=MAX_SEEDS,
            description=f"Jobs for each spec; at most {MAX_JOBS} for all specs together. From 6 on, intervals reach "
            f"a confidence of {LEVEL}.",
        ),
        WHOLE,
    ] = 10

    @model_validator(mode="after")
    def _one_of(self) -> ComparisonRequest:
        if (self.specs is None) == (self.jobs is None):
            raise PydanticCustomError("one_of", 'either "specs" or "jobs" is required, and not both')
        return self


class ComparisonProgress(Frozen):
    """How many of the jobs have ended or were deleted."""

    jobs: int
    of: int


class Difference(Differences):
    """A metric of variant `b` minus that of variant `a`, seed by seed."""

    a: Annotated[int, Field(description="Index into `variants`.")]
    b: Annotated[int, Field(description="Index into `variants`.")]
    split: str
    metric: str


class Variant(Frozen):
    """One spec, trained with every seed. Its lists have one entry a seed."""

    name: str | None
    spec_hash: Annotated[str, Field(description="Of the spec with the first seed.")]
    jobs: list[str]
    statuses: Annotated[
        list[JobStatus | Literal["missing"]], Field(description="Of its jobs; `missing` for one that was deleted.")
    ]
    metrics: Annotated[dict[str, dict[str, Sample]], Field(description="By split and metric, at the end of training.")]
    verdicts: Annotated[dict[str, int], Field(description="How many of its jobs got which verdict.")]
    stop_reasons: Annotated[dict[str, int], Field(description="How many of its jobs ended why.")]
    gradient: Annotated[
        Sample,
        Field(description="The gradient's norm in the first layer over that in the last one, before training."),
    ]


class ComparisonLinks(Frozen):
    """Where to look again, and where to cancel."""

    self: str
    cancel: str


class Comparison(Frozen):
    """Specs beside each other over the same seeds."""

    id: str
    status: Annotated[
        JobStatus,
        Field(
            description="`queued`: no job has begun. `running`: some job is still to end. Then `cancelled`, if the "
            "comparison was; else `succeeded`, if some job has; else `failed`, if some job has; else `cancelled`: "
            "every job was cancelled or deleted."
        ),
    ]
    created_at: datetime
    seeds: list[int]
    progress: ComparisonProgress
    variants: list[Variant]
    differences: Annotated[list[Difference], Field(description="For every pair of variants, and metric of both.")]
    links: ComparisonLinks
