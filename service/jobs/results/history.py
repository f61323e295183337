"""Answers with a training's metrics by epoch, as a document or as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from models.frozen import Frozen
from models.non_finite import named
from service.errors import Invalid, RequestViolation
from service.jobs import recorded
from service.jobs.results.sampling import NonFinite, Sampling, choose


class NonFiniteMetric(NonFinite):
    """A metric that was not finite."""

    metric: str


class History(Frozen):
    """One column a metric, as Keras's History names them; null where a number is not finite."""

    job_id: str
    epoch: list[int]
    metrics: dict[str, list[float | None]]
    non_finite: list[NonFiniteMetric]
    sampling: Sampling


@dataclass(frozen=True)
class Columns:
    """Metrics over epochs.

    Attributes:
        epoch: (E,) from 1.
        metrics: name -> (E,) float64; NaN also where nothing was recorded.
    """

    epoch: NDArray[np.int64]
    metrics: dict[str, NDArray[np.float64]]


def load(session: Session, job_id: str) -> Columns:
    """The recorded history of a job."""
    found = recorded.history(session, job_id)
    every = sorted({epoch for epochs, _ in found.values() for epoch in epochs})
    axis = np.array(every, np.int64)
    metrics = {name: np.full(len(every), np.nan) for name in sorted(found, key=_rank)}
    for name, (epochs, values) in found.items():
        metrics[name][np.searchsorted(axis, epochs)] = values
    return Columns(axis, metrics)


def _rank(metric: str) -> tuple[int, str]:
    """Training metrics first, then those of the validation, then the learning rate; the loss first among its kind."""
    kind = 2 if metric == "learning_rate" else 1 if metric.startswith("val_") else 0
    name = metric.removeprefix("val_")
    return kind, "" if name == "loss" else name


def select_metrics(columns: Columns, names: Sequence[str]) -> Columns:
    """Only these metrics, in this order; all of them for no names.

    Raises:
        Invalid: one is not recorded.
    """
    unknown = [name for name in names if name not in columns.metrics]
    if unknown:
        known = ", ".join(columns.metrics) or "nothing yet"
        raise Invalid.of(
            [RequestViolation("", f"no metric {name!r}; recorded: {known}", parameter="metrics") for name in unknown]
        )
    return Columns(columns.epoch, {name: columns.metrics[name] for name in names}) if names else columns


def document(job_id: str, columns: Columns, max_points: int | None) -> dict[str, Any]:
    """The document of :class:`History`, of at most ``max_points`` epochs."""
    shown = choose(list(columns.metrics.values()), max_points)
    epoch = columns.epoch[shown]
    metrics = {name: values[shown] for name, values in columns.metrics.items()}
    non_finite = [
        {"metric": metric, "epoch": int(epoch[index]), "value": name}
        for metric, values in metrics.items()
        for (index,), name in named(values)
    ]
    total = len(columns.epoch)
    return {
        "job_id": job_id,
        "epoch": epoch,
        "metrics": metrics,
        "non_finite": non_finite,
        "sampling": {"of": total, "method": "all" if len(shown) == total else "minmaxlttb"},
    }


def as_csv(columns: Columns, max_points: int | None) -> str:
    """The table with a header; numbers that are not finite are written ``nan``, ``inf`` and ``-inf``."""
    shown = choose(list(columns.metrics.values()), max_points)
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(["epoch", *columns.metrics])
    table = [columns.epoch, *columns.metrics.values()]
    writer.writerows(zip(*(column[shown].tolist() for column in table), strict=True))
    return sheet.getvalue()
