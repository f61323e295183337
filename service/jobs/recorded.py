"""Reads back what a training has recorded, for the API and the agents alike: history, trace, whole record."""

from __future__ import annotations

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.events import Finished
from models.record import Record, Trace
from service.database.tables import EpochMetricRow, JobRow, TraceRow

Column = tuple[list[int], list[float]]  # epochs, and the values of one metric after them


def history(session: Session, job_id: str) -> dict[str, Column]:
    """Every metric of a job, in the order of the epochs."""
    query = (
        select(EpochMetricRow.metric, EpochMetricRow.epoch, EpochMetricRow.value, EpochMetricRow.non_finite)
        .where(EpochMetricRow.job_id == job_id)
        .order_by(EpochMetricRow.epoch)
    )
    found: dict[str, Column] = {}
    for metric, epoch, value, non_finite in session.execute(query):
        epochs, values = found.setdefault(metric, ([], []))
        epochs.append(epoch)
        values.append(float(non_finite or "nan") if value is None else value)
    return found


def trace(session: Session, row: JobRow) -> Trace:
    """Every measured quantity of a job, by epoch and layer."""
    from safetensors.numpy import load as read

    query = select(TraceRow.content).where(TraceRow.job_id == row.id).order_by(TraceRow.first_epoch)
    blocks = [read(content) for content in session.scalars(query)]
    found = Trace.empty(row.trace_layers or [])
    if not blocks:
        return found
    found.epoch = np.concatenate([block["epoch"] for block in blocks])
    for name in blocks[0]:
        kind, _, quantity = name.partition(".")
        if quantity:
            store = found.quantities if kind == "quantities" else found.overall
            store[quantity] = np.concatenate([block[name] for block in blocks])
    return found


def record(session: Session, job_id: str) -> Record:
    """The record of a job, equal to what its agent has added up; without an end."""
    row = session.get_one(JobRow, job_id)
    columns = {name: np.asarray(values, np.float64) for name, (_, values) in history(session, job_id).items()}
    return Record(spec=row.spec, history=columns, trace=trace(session, row))


def finished_record(session: Session, row: JobRow) -> Record:
    """The record of a succeeded job with its end, equal to the one that its agent has judged."""
    assert row.result is not None
    assert row.evaluation is not None
    found = record(session, row.id)
    found.finished = Finished.model_validate(
        {
            "stop_reason": row.result["stop_reason"],
            "epochs": row.epoch,
            "weights_digest": row.result["weights_digest"],
            "receipt": row.receipt or {},
            **row.evaluation,
        }
    )
    return found
