"""Inserts the metrics of epochs into ``epoch_metrics``: thousands of rows at once, and therefore without the ORM."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.events import Epochs
from models.non_finite import name_of

# What is there already stays: a commit whose answer was lost is made again. One statement with whole columns takes
# PostgreSQL half the time of one statement a row; SQLite knows no arrays, and its statements cost little.
POSTGRESQL = text(
    "INSERT INTO epoch_metrics (job_id, metric, epoch, value, non_finite) "
    "SELECT :job_id, * FROM unnest(CAST(:metric AS text[]), CAST(:epoch AS integer[]), "
    "CAST(:value AS double precision[]), CAST(:non_finite AS text[])) ON CONFLICT DO NOTHING"
)
SQLITE = (
    "INSERT INTO epoch_metrics (job_id, metric, epoch, value, non_finite) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)


class Entry(NamedTuple):
    """One metric of one epoch."""

    metric: str
    epoch: int
    value: float | None
    non_finite: str | None


def entries(event: Epochs) -> list[Entry]:
    """Every metric of each epoch in the chunk."""
    return [
        Entry(metric, event.first + index, value if (name := name_of(value)) is None else None, name)
        for metric, array in event.history.items()
        for index, value in enumerate(array.numpy().tolist())
    ]


def last(event: Epochs) -> dict[str, float | None]:
    """The metrics of the chunk's last epoch, None where not finite."""
    done = event.first + event.count - 1
    return {entry.metric: entry.value for entry in entries(event) if entry.epoch == done}


def store(session: Session, job_id: str, event: Epochs) -> None:
    """Insert the epochs of a chunk."""
    rows = entries(event)
    if not rows:
        return
    if session.get_bind().dialect.name == "postgresql":
        columns = zip(Entry._fields, zip(*rows, strict=True), strict=True)
        session.execute(POSTGRESQL, {"job_id": job_id, **{name: list(values) for name, values in columns}})
    else:
        session.connection().exec_driver_sql(SQLITE, [(job_id, *row) for row in rows])
