"""The wire models of jobs and their events."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from models.frozen import Frozen
from models.specs.job import TrainingJobSpec
from service.database.job_states import JobStatus
from service.http.documents import DescribedAs

Metrics = dict[str, float | None]


class Progress(Frozen):
    """How far a training is."""

    epoch: int
    epochs: int


class Parameters(Frozen):
    """The numbers of a network."""

    total: int
    trainable: int
    non_trainable: int


class Result(Frozen):
    """How a training ended."""

    stop_reason: Annotated[str, Field(examples=["completed", "diverged", "early_stopped"])]
    metrics: Annotated[dict[str, Metrics], Field(description="By split; null where a number is not finite.")]
    verdict: str | None
    parameters: Parameters
    weights_digest: str


class Failure(Frozen):
    """Why a job could not be done."""

    type: str
    title: str
    detail: str


class ModelName(Frozen):
    """The name under which a succeeded job's network answers."""

    name: str
    version: str


class Links(Frozen):
    """Where everything about a job is."""

    self: str
    events: str
    history: str
    gradients: str
    diagnosis: str
    predictions: str


class Job(Frozen):
    """A queued training, from submission to its end."""

    id: str
    status: JobStatus
    name: str | None
    spec: Annotated[Any, DescribedAs(TrainingJobSpec)]
    spec_hash: str
    labels: dict[str, str]
    attempt: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    progress: Progress
    queue_position: Annotated[int | None, Field(description="1 for the next one; null when it is not queued.")]
    estimated_start_at: Annotated[
        datetime | None, Field(description="A guess from what the last jobs took; null when nothing is known.")
    ]
    result: Annotated[dict[str, Any] | None, DescribedAs(Result, optional=True)]
    error: Failure | None
    model: ModelName | None
    links: Links


class Event(Frozen):
    """Something that happened to a job."""

    id: Annotated[int, Field(description="Grows with every event; a stream resumes behind `Last-Event-ID`.")]
    type: Annotated[str, Field(examples=["queued", "started", "progress", "surface", "succeeded"])]
    at: datetime
    data: dict[str, Any]
