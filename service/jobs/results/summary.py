"""Answers with a network's layers, like Keras's ``model.summary()``, and with its evaluation."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from models.frozen import Frozen
from models.specs.check import parse
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


class Evaluation(Frozen):
    """How well the trained network does."""

    job_id: str
    train: Metrics
    test: Annotated[Metrics | None, Field(description="Null without a split.")]
    non_finite: Annotated[dict[str, str], Field(examples=[{"train.loss": "nan"}])]
    confusion_matrix: Annotated[
        list[list[int]] | None,
        Field(description="True classes in rows, of the test rows, or of all without a split; null for a regression."),
    ]
    classes: Annotated[list[Any] | None, Field(description="The labels of rows and columns.")]


def summary_of(row: JobRow) -> Summary:
    """The layers of a job's network, from its spec alone."""
    placed = layout(parse(row.spec))
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
    )
