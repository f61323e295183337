"""Answers with a network's layers, like Keras's ``model.summary()``, and with its evaluation."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from models.frozen import Frozen
from models.specs.check import read_stored
from models.specs.geometry import layout
from service.database.tables import JobRow
from service.jobs.schemas import Metrics, Parameters


class SummaryLayer(Frozen):
    """One layer of the unrolled network."""

    name: str
    type: str
    output_shape: Annotated[list[int | None], Field(description="Null for the batch.")]
    parameters: int
    trainable: int
    non_trainable: int


class Summary(Frozen):
    """The layers of a network."""

    job_id: str
    layers: list[SummaryLayer]
    parameters: Parameters


class ClassDecisions(Frozen):
    """How one class is decided."""

    label: Any
    support: Annotated[int, Field(description="Rows that are of this class.")]
    predicted: Annotated[int, Field(description="Rows that are taken for this class.")]
    precision: Annotated[
        float | None, Field(description="The share of right ones among the rows taken for it; null where none is.")
    ]
    recall: Annotated[float | None, Field(description="The share of its rows that are found; null where it has none.")]


class Decisions(Frozen):
    """How a classifier decides, read from its output as the receipt's `scores` say, like predictions and the matrix."""

    rows: int
    undecided: Annotated[
        int,
        Field(description="Rows with an output that is not finite: of no class, in no matrix, and counted as wrong."),
    ]
    accuracy: Annotated[float | None, Field(description="The share of rows whose class is right.")]
    classes: list[ClassDecisions]


class DecisionsBySplit(Frozen):
    """How a classifier decides on training and test rows."""

    train: Decisions
    test: Annotated[Decisions | None, Field(description="Null without a split.")] = None


class Evaluation(Frozen):
    """How well the trained network does.

    `train` and `test` hold what Keras computes, under Keras's names. Its accuracy, recall and their like decide at a
    half, also where the output is a logit or a margin, whose threshold is zero, and take what is not a number for the
    first class. `decisions` are read from the output as it is meant, by the receipt's `scores`.
    """

    job_id: str
    train: Metrics
    test: Annotated[Metrics | None, Field(description="Null without a split.")]
    non_finite: Annotated[dict[str, str], Field(examples=[{"train.loss": "nan"}])]
    confusion_matrix: Annotated[
        list[list[int]] | None,
        Field(
            description=(
                "True classes in rows, of the test rows, or of all without a split; without the rows that are "
                "undecided. Null for a regression."
            )
        ),
    ]
    classes: Annotated[list[Any] | None, Field(description="The labels of rows and columns.")]
    decisions: Annotated[
        DecisionsBySplit | None,
        Field(description="Null for a regression, and for trainings of versions that did not count them."),
    ]


def summary_of(row: JobRow) -> Summary:
    """The layers of a job's network, from its spec alone."""
    placed = layout(read_stored(row.spec))
    layers = [
        SummaryLayer(
            name=layer.name,
            type=layer.type,
            output_shape=list(layer.output_shape),
            parameters=layer.parameters,
            trainable=layer.trainable,
            non_trainable=layer.non_trainable,
        )
        for layer in placed
    ]
    trainable = sum(layer.trainable for layer in layers)
    non_trainable = sum(layer.non_trainable for layer in layers)
    total = Parameters(total=trainable + non_trainable, trainable=trainable, non_trainable=non_trainable)
    return Summary(job_id=row.id, layers=layers, parameters=total)


def evaluation_of(row: JobRow) -> Evaluation:
    """How well a succeeded job's network does."""
    assert row.evaluation is not None
    known = row.evaluation
    return Evaluation(
        job_id=row.id,
        train=known["metrics"]["train"],
        test=known["metrics"].get("test"),
        non_finite=known["non_finite"],
        confusion_matrix=known["confusion_matrix"],
        classes=known["classes"],
        decisions=known.get("decisions"),
    )
