"""The wire models of decision surfaces."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from models.frozen import Frozen
from models.signature import Scores
from service.inference.predictions.schemas import Label

Grid = list[list[float | None]]


class NonFiniteCell(Frozen):
    """A cell of the grid that JSON cannot hold."""

    row: int
    column: int
    value: str


class DecisionSurface(Frozen):
    """A grid in raw units: entry [i][j] belongs to y[i] and x[j]."""

    job_id: str
    epoch: int
    feature_names: list[str]
    x: list[float]
    y: list[float]
    classes: Annotated[list[Label] | None, Field(description="Labels; null for a regression.")]
    probability: Annotated[
        Grid | None, Field(description="Of the second of two classes; of the predicted one where there are more.")
    ]
    predicted: Annotated[
        list[list[int | None]] | None, Field(description="Indices into `classes`; null where the output is not finite.")
    ]
    value: Annotated[
        Grid | None,
        Field(
            description=(
                "Instead of a probability: the first output of a regression; of a classifier its only output, or that "
                "of the predicted class."
            )
        ),
    ]
    scores: Annotated[Scores, Field(description="How the output is read, as the job's receipt says it.")]
    non_finite: list[NonFiniteCell]
