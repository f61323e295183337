"""Requests and responses of the submissions' routes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, RootModel, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from models.diagnoses.finding import Advice
from models.frozen import Frozen
from models.specs import limits
from models.specs.job import TrainingJobSpec
from models.text import LocalizedText
from service.database.submission_states import SubmissionStatus
from service.grading.rubric.checks import Visibility
from service.grading.rubric.grade import Grade, Late
from service.http.documents import DescribedAs
from service.jobs.schemas import Failure
from service.keys.schemas import ShortText as Name

MOST_ANSWERS = 100
LONGEST_ANSWER = 2_000  # characters
MOST_POINTS = 1_000_000

CheckName = Annotated[str, Field(max_length=100)]
GivenPoints = Annotated[float, Field(strict=True, ge=0, le=MOST_POINTS, allow_inf_nan=False)]
TextAnswer = Annotated[str, Field(strict=True, max_length=LONGEST_ANSWER)]
NumberAnswer = Annotated[float, Field(strict=True, ge=-limits.MAX_NUMBER, le=limits.MAX_NUMBER)]
Answer = TextAnswer | Annotated[bool, Field(strict=True)] | NumberAnswer | None
Answers = Annotated[
    dict[CheckName, Answer],
    Field(max_length=MOST_ANSWERS, description="To the rubric's questions, by the names of the checks."),
]
FORMS = ("spec", "keras", "config")
ONE_OF: JsonDict = {"oneOf": [{"required": [form]} for form in FORMS]}


class SubmissionRequest(BaseModel):
    """What is submitted for an assignment: one of `spec`, `keras` and `config`."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=ONE_OF)

    author: Annotated[
        Name | None, Field(description="Whose it is. A student's key has its author; any other must name one.")
    ] = None
    spec: Annotated[Any, DescribedAs(TrainingJobSpec, optional=True), Field(description="`data` may be left out.")] = (
        None
    )
    keras: Annotated[
        JsonValue,
        Field(
            description="A Keras model: `{architecture, compile?, training?}` with what `model.to_json()` and "
            "`model.get_compile_config()` return, and members of a spec's `training`, such as `epochs`; or the model "
            "alone, also as text, as TensorFlow.js's `model.json`, or as the attributes of an H5 file. What the "
            "assignment fixes need not be said."
        ),
    ] = None
    config: Annotated[
        JsonValue,
        Field(
            description="A student's file as it is: `{spec, answers?}`, `{keras, answers?}`, a bare spec, what "
            "`model.to_json()` returns, as text or as an object, or `{specs: [any of these, …]}`."
        ),
    ] = None
    part: Annotated[
        int, Field(strict=True, ge=0, description="Which submission of `config`: each of a file's is one of its own.")
    ] = 0
    answers: Answers = {}

    @model_validator(mode="after")
    def _one_of(self) -> SubmissionRequest:
        if sum(form in self.model_fields_set for form in FORMS) != 1:
            raise PydanticCustomError("one_of", 'one of "spec", "keras" and "config" is required, and only one')
        return self


class OverrideRequest(BaseModel):
    """A teacher's override of a grade: points for single checks, also those marked by hand, or the whole score."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    score: Annotated[GivenPoints | None, Field(description="The score, whatever the checks say.")] = None
    checks: Annotated[
        dict[CheckName, GivenPoints], Field(max_length=100, description="Points, by the names of the checks.")
    ] = {}
    reason: Annotated[str, Field(strict=True, min_length=1, max_length=2_000, description="The author reads it, too.")]

    @model_validator(mode="after")
    def _something(self) -> OverrideRequest:
        if self.score is None and not self.checks:
            raise PydanticCustomError("nothing", 'either "score" or "checks" is required')
        return self


class Override(Frozen):
    """A teacher's override of a grade."""

    score: float | None
    checks: dict[str, float]
    reason: str
    at: datetime


class GradingJob(Frozen):
    """A training of a grading."""

    role: Annotated[str, Field(examples=["main", "baseline", "repeat"])]
    seed: int
    job_id: str
    status: Annotated[str, Field(description="Of the job; `missing` where it was deleted.")]


class SeenCheck(BaseModel):
    """What a student sees of a check; one whose result is not shown yet has no points."""

    type: str
    name: str
    points: float | None
    max_points: float
    passed: bool | None
    score: float | None
    message: LocalizedText
    evidence: dict[str, Any]
    visibility: Visibility
    findings: list[str]
    advice: list[Advice]


class SeenGrade(BaseModel):
    """What a student sees of a grade: nothing of hidden checks, of seeds, or of a single one of them."""

    model_config = ConfigDict(extra="forbid")

    score: float | None
    max_score: float
    checks: list[SeenCheck]
    late: Late
    incomplete: bool
    rules: str


class ShownGrade(RootModel[Grade | SeenGrade]):
    """A grade as a teacher or a student sees it."""


class SubmissionLinks(Frozen):
    """Where everything about a submission is."""

    self: str
    assignment: str
    cancel: str


class SubmissionEntry(Frozen):
    """A submission in a list."""

    id: str
    assignment_id: str
    author: str
    status: SubmissionStatus
    created_at: datetime
    finished_at: datetime | None
    score: Annotated[float | None, Field(description="As far as the caller sees the checks it is made of.")]
    max_score: float | None
    error: Annotated[Failure | None, Field(description="Why it has no grade; it has cost no try.")]
    links: SubmissionLinks


class Submission(SubmissionEntry):
    """A submission with its grade. Students see of it what visibility and clock allow."""

    spec: Annotated[Any, Field(description="As submitted; its data are the assignment's.")]
    answers: dict[str, Any]
    grade: Annotated[
        Any, DescribedAs(ShownGrade, optional=True), Field(description="For students without what tells of seeds.")
    ]
    override: Annotated[Override | None, Field(description="Its points and score are in `grade` already.")]
    regrade_needed: Annotated[
        bool | None, Field(description="Whether the assignment's rules have changed since; for teachers alone.")
    ] = None
    marked: Annotated[
        Any, DescribedAs(Grade, optional=True), Field(description="The grade without the override; for teachers alone.")
    ] = None
    jobs: Annotated[list[GradingJob] | None, Field(description="The trainings; for teachers alone.")] = None
