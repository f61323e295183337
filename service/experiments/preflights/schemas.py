"""The wire models of preflights."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from models.diagnoses.report import PreflightReport
from models.frozen import Frozen
from models.specs.job import TrainingJobSpec
from service.http.documents import DescribedAs
from service.jobs.schemas import Failure

PreflightStatus = Literal["queued", "running", "succeeded", "failed"]


class PreflightLinks(Frozen):
    """Where to look again."""

    self: str


class PreflightSummary(Frozen):
    """A preflight without its numbers."""

    id: str
    status: PreflightStatus
    spec_hash: str
    single_batch: Annotated[bool, Field(description="Whether the test on a single batch was asked for.")]
    attempt: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    verdict: Annotated[str | None, Field(description="When it has succeeded.", examples=["vanishing_gradients"])]
    error: Failure | None
    links: PreflightLinks


class Preflight(PreflightSummary):
    """What the untrained network of a spec will do, over many random starts."""

    spec: Annotated[Any, DescribedAs(TrainingJobSpec)]
    result: Annotated[dict[str, Any] | None, DescribedAs(PreflightReport, optional=True)]
