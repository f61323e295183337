"""Checks that every metric can be computed, and that early stopping monitors a column of the history."""

from __future__ import annotations

from collections.abc import Iterator

from models.specs.encoding import encoding, history_columns
from models.specs.geometry import job_shape, output_units
from models.specs.job import TrainingJobSpec
from models.violation import Violation


def violations(spec: TrainingJobSpec) -> Iterator[Violation]:
    """Metrics and early stopping."""
    yield from _metrics(spec)
    yield from _stopping(spec)


def _metrics(spec: TrainingJobSpec) -> Iterator[Violation]:
    """Keras can compute each metric on these targets and outputs."""
    shape, form, units = job_shape(spec), encoding(spec), output_units(spec)
    classes = None if shape.classes is None else len(shape.classes)
    for i, metric in enumerate(spec.training.metrics):
        if refusal := metric.resolve(form, units).refusal(form, units, classes):
            yield Violation.at(("training", "metrics", i), f"{metric.type} {refusal}")


def _stopping(spec: TrainingJobSpec) -> Iterator[Violation]:
    """The watched column exists."""
    stopping = spec.training.early_stopping
    columns = history_columns(spec)
    if stopping is None or stopping.monitor in columns:
        return
    reason = ""
    if stopping.monitor.startswith("val_") and f"val_{columns[0]}" not in columns:
        reason = ": there are no val_ columns without " + ("validation" if job_shape(spec).test_rows else "a split")
    yield Violation.at(
        ("training", "early_stopping", "monitor"),
        f'the history has no column "{stopping.monitor}"{reason}; it has {", ".join(columns)}',
    )
