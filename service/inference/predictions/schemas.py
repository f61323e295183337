"""The wire models of predictions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

MOST_ROWS = 100_000  # of one JSON document; more go as lines

Split = Literal["train", "test", "all"]
Label = int | float | str | bool | None


class NonFiniteOutput(BaseModel):
    """An output that JSON cannot hold; the members that depend on it are null in this row."""

    row: int
    output: int
    value: str


class Top(BaseModel):
    """The likeliest classes of each row, the likeliest first."""

    classes: list[list[Label]]
    probabilities: list[list[float | None]]


class BasePredictions(BaseModel):
    """What a network says of some rows."""

    model_config = ConfigDict(frozen=True)

    classes: Annotated[
        list[Label] | None,
        Field(description="Original labels, null where an output is not finite; null for a regression."),
    ]
    probabilities: Annotated[
        list[list[float | None]] | None, Field(description="One for each class; null where the output is none.")
    ]
    values: Annotated[
        list[float | None] | list[list[float | None]] | None,
        Field(
            description=(
                "Of a regression, a list for each row if there are several targets. Of a classifier whose output is no "
                "probability: its margins or values, a list for each row if there are several."
            )
        ),
    ]
    non_finite: list[NonFiniteOutput]


class LayerActivations(BaseModel):
    """What one layer makes of each row."""

    layer: Annotated[str, Field(examples=["dense_1"])]
    type: str
    values: Annotated[list[list[float | None]], Field(description="A list for each row, a number for each unit.")]
    non_finite: list[NonFiniteOutput]


class InputGradient(BaseModel):
    """How the answer changes with each raw number of a row."""

    of: Annotated[
        list[Label] | None,
        Field(description="For each row the class whose probability is derived; null: the value or margin is."),
    ]
    values: Annotated[
        list[list[float | None]] | list[list[list[float | None]]],
        Field(
            description=(
                "A number for each column, in the answer's unit by the column's raw unit; a list of them for each "
                "output if there are several values."
            )
        ),
    ]
    non_finite: Annotated[list[NonFiniteOutput], Field(description="`output` counts the numbers of a row.")]


class Predictions(BasePredictions):
    """What a network says of some rows; the last members are there where they were asked for."""

    top: Top | None = None
    activations: list[LayerActivations] | None = None
    input_gradient: InputGradient | None = None


class JobPredictions(BasePredictions):
    """Columns of equal length: one entry for each row of the data."""

    job_id: str
    split: Split
    rows: Annotated[int, Field(description="How many rows follow; of large data an even selection is kept.")]
    feature_names: list[str]
    features: Annotated[list[list[float | None]], Field(description="In raw units.")]
    targets: Annotated[
        list[Label] | list[list[float | None]], Field(description="Original labels, or the values of a regression.")
    ]
    test: Annotated[list[bool], Field(description="Whether a row is one of the test split.")]


class PredictionRequest(BaseModel):
    """Rows in raw units, or records by column; one of the two."""

    model_config = ConfigDict(extra="forbid")

    rows: Annotated[list[list[float]], Field(min_length=1, max_length=MOST_ROWS, examples=[[[0.5, -0.25]]])] = []
    records: Annotated[list[dict[str, float]], Field(min_length=1, max_length=MOST_ROWS)] = []
