"""Requests and responses of the calibrations' routes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from models.frozen import Frozen
from models.specs.spec import WHOLE
from service.grading.calibrations.reference import Expected, Refusal
from service.grading.rubric.calibration import Flaky, ReferenceCalibration

MAX_REFERENCES = 20
MAX_SEEDS = 100
CalibrationStatus = Literal["running", "succeeded", "failed", "cancelled"]


class CalibrationReference(BaseModel):
    """A spec whose worth is known."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=100)]
    expected: Annotated[
        Expected | None,
        Field(
            description="`pass`: at least 95 % of its grades must reach the pass mark; `fail`: at most 5 %, or the "
            "constraints refuse it."
        ),
    ] = None
    spec: Annotated[
        Any,
        Field(description="As a student would submit it: a TrainingJobSpec; the assignment's data may be left out."),
    ]
    answers: Annotated[dict[str, Any], Field(max_length=100, description="To the rubric's questions, by name.")] = {}


class CalibrationRequest(Frozen):
    """The references and seeds that a rubric is tried with."""

    references: Annotated[list[CalibrationReference], Field(min_length=1, max_length=MAX_REFERENCES)]
    seeds: Annotated[
        int, Field(ge=1, le=MAX_SEEDS, description="Trainings of each reference, with seeds of their own."), WHOLE
    ] = 40
    pass_mark: Annotated[
        float | None, Field(ge=0, description="Points from which on a grade passes; without it nothing is expected.")
    ] = None


class CalibrationProgress(Frozen):
    """How many trainings have ended."""

    jobs: int
    of: int


class CalibrationLinks(Frozen):
    """Where everything about a calibration is."""

    self: str
    cancel: str
    assignment: str


class CalibrationEntry(Frozen):
    """A calibration in a list."""

    id: str
    assignment_id: str
    status: CalibrationStatus
    created_at: datetime
    finished_at: datetime | None
    current: Annotated[bool, Field(description="Whether the assignment still has the rules that were tried.")]
    seeds: int
    pass_mark: float | None
    sound: Annotated[
        bool | None,
        Field(
            description="Whether every reference does what it should and no check is flaky; null while that is open, "
            "or where nothing is expected."
        ),
    ]
    progress: CalibrationProgress
    links: CalibrationLinks


class CalibratedReference(Frozen):
    """What is known of one reference."""

    name: str
    expected: Expected | None
    refused: Annotated[list[Refusal], Field(description="Why the constraints do not let it through.")]
    error: Annotated[dict[str, Any] | None, Field(description="Why it could not be trained or marked.")]
    as_expected: bool | None
    result: Annotated[ReferenceCalibration | None, Field(description="Null while it trains, and if it never did.")]


class CalibrationAnswer(CalibrationEntry):
    """What specs of known worth say about a rubric."""

    references: list[CalibratedReference]
    flaky: Annotated[list[Flaky], Field(description="Checks that luck decides for some reference.")]
