"""Decides how a job's class labels are encoded for its loss, and how its history columns are named."""

from __future__ import annotations

from collections import Counter

from models.specs.geometry import job_shape, output_units
from models.specs.job import TrainingJobSpec
from models.specs.metrics import Encoding, Goal, MetricBase


def encoding(spec: TrainingJobSpec) -> Encoding:
    """How targets are handed to the loss.

    ``index``: (N, 1), the number of the class. ``one_hot``: (N, K) rows with a 1 at the class. ``values``: (N, K),
    the numbers as they are (no classes).

    A loss on class numbers gets numbers, one on one-hot rows gets rows; the others get rows where the network has an
    output for each class, else numbers.
    """
    shape = job_shape(spec)
    if shape.classes is None:
        return "values"
    form = spec.training.loss.target_form
    if form == "any":
        return "one_hot" if output_units(spec) == len(shape.classes) > 1 else "index"
    return form


def metric_columns(spec: TrainingJobSpec) -> list[tuple[str, MetricBase]]:
    """The history's columns beside the loss, each with the metric that it means here.

    A column is called like the metric's type; the second of the same type gets ``_1``, as Keras numbers them.
    """
    columns: list[tuple[str, MetricBase]] = []
    seen: Counter[str] = Counter()
    units, form = output_units(spec), encoding(spec)
    for metric in spec.training.metrics:
        count = seen[metric.type]
        seen[metric.type] += 1
        column = f"{metric.type}_{count}" if count else metric.type
        columns.append((column, metric.resolve(form, units)))
    return columns


def history_columns(spec: TrainingJobSpec) -> list[str]:
    """Every column that an early stopping can watch, as Keras's History names them."""
    own = ["loss", *(column for column, _ in metric_columns(spec))]
    validated = spec.training.validation is not None and job_shape(spec).test_rows > 0
    return [*own, *(f"val_{column}" for column in own)] if validated else own


def goal(spec: TrainingJobSpec, column: str) -> Goal:
    """Whether more of a history's column is better, or less."""
    metrics = dict(metric_columns(spec))
    name = column.removeprefix("val_")
    return metrics[name].goal if name in metrics else "min"


def label_key(label: bool | float | str) -> str:
    """How a class label is written as the key of a JSON object: truth values as JSON writes them.

    Example:
        >>> label_key(True), label_key(2), label_key("setosa")
        ('true', '2', 'setosa')
    """
    if isinstance(label, bool):
        return "true" if label else "false"
    return str(label)
