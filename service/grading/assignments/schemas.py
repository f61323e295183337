"""Requests and responses of the assignments' routes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from models.frozen import Frozen
from models.specs.data import DataSpec
from models.specs.job import TrainingJobSpec
from service.grading.rubric.assignment import Statement
from service.grading.rubric.policies import Quota, SeedPolicy
from service.grading.rubric.restrictions import Constraints
from service.http.documents import DescribedAs


class PublishRequest(Frozen):
    """What is published."""

    grades: Annotated[
        bool, Field(strict=True, description="Also show students the checks whose visibility is `after_published`.")
    ] = False


class AssignmentLinks(Frozen):
    """Where everything about an assignment is."""

    self: str
    submissions: str


class AssignmentEntry(Frozen):
    """An assignment in a list."""

    id: str
    title: str
    created_at: datetime
    published_at: Annotated[datetime | None, Field(description="Before that it does not exist for students.")]
    grades_published_at: datetime | None
    opens_at: datetime | None
    due_at: datetime | None
    regrade_needed: Annotated[
        bool | None,
        Field(description="Whether some grade was given by other rules than those of now; for teachers alone."),
    ] = None
    links: AssignmentLinks


class AssignmentAnswer(AssignmentEntry):
    """An assignment. Students find no hidden data, seeds and baseline in it, and no check that is hidden from them."""

    statement: Annotated[Any, DescribedAs(Statement)]
    data: Annotated[Any, DescribedAs(DataSpec)]
    hidden_data: Annotated[Any, DescribedAs(DataSpec, optional=True)] = None
    seeds: Annotated[Any, DescribedAs(SeedPolicy, optional=True)] = None
    baseline: Annotated[Any, DescribedAs(TrainingJobSpec, optional=True)] = None
    constraints: Annotated[Any, DescribedAs(Constraints)]
    rubric: Annotated[list[Any], Field(description="Checks; each is described in `/api/v1/catalog/checks`.")]
    max_score: Annotated[float, Field(description="The points of all checks that are shown here.")]
    formula: str | None = None
    quota: Annotated[Any, DescribedAs(Quota)]
    late: Annotated[Any, Field(description="What happens after the due date; null: nothing.")]
