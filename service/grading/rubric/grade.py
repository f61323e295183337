"""Defines a grade as it is stored, and as teachers read it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from models.diagnoses.finding import Advice
from models.diagnoses.finding import Evidence as Facts
from models.frozen import Frozen
from models.text import LocalizedText
from service.grading.rubric.checks import Visibility


class CheckResult(BaseModel):
    """What one check gave."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str
    name: str
    points: Annotated[float | None, Field(description="Null while it waits for a teacher, or if it failed by us.")]
    max_points: float
    passed: bool | None
    score: Annotated[float | None, Field(description="The share of the points, from 0 to 1.")]
    message: Annotated[LocalizedText, Field(description="What was measured, and what was asked.")]
    evidence: Annotated[Facts, Field(description="The numbers behind it; those of single seeds under `per_seed`.")]
    visibility: Visibility
    straddles: Annotated[bool, Field(description="Whether more seeds could decide otherwise.")] = False
    findings: Annotated[list[str], Field(description="Codes of the diagnosis that may explain it.")] = []
    advice: Annotated[list[Advice], Field(description="What the diagnosis advises against them.")] = []
    error: Annotated[str | None, Field(description="Why it could not be marked; never the author's fault.")] = None


class Late(Frozen):
    """How late a submission was, and what that costs."""

    late: bool = False
    seconds: float = 0.0
    deducted: Annotated[float, Field(description="The share of the greatest score that is taken off.")] = 0.0


class Grade(Frozen):
    """What a submission reached."""

    score: Annotated[
        float | None,
        Field(description="With what lateness costs; so far, where it is incomplete; null if it failed by us."),
    ]
    raw_score: Annotated[float | None, Field(description="Without what lateness costs.")]
    max_score: float
    checks: list[CheckResult]
    seeds: Annotated[list[int], Field(description="Hidden from students.")]
    borderline: Annotated[bool, Field(description="Whether a check is still open after the most trainings.")]
    late: Late
    incomplete: Annotated[bool, Field(description="Whether it waits for a teacher's points.")]
    failed_by_us: Annotated[bool, Field(description="Whether a check could not be marked.")]
    error: Annotated[str | None, Field(description="What is wrong with the formula.")] = None
    rules: Annotated[str, Field(description="The version of the rules.")]
