"""A finished training's record, put together again from its rows."""

from __future__ import annotations

import numpy as np
from sqlalchemy.orm import Session

from models.events import Finished
from models.record import Record
from service.database.tables import JobRow
from service.jobs.results import history, trace


def rebuild(session: Session, row: JobRow) -> Record:
    """The record of a succeeded job, equal to that which its agent judged."""
    assert row.result is not None
    assert row.evaluation is not None
    columns = history.load(session, row.id)
    finished = Finished.model_validate(
        {
            "stop_reason": row.result["stop_reason"],
            "epochs": row.epoch,
            "weights_digest": row.result["weights_digest"],
            "receipt": row.receipt or {},
            **row.evaluation,
        }
    )
    metrics = {name: values.astype(np.float64) for name, values in columns.metrics.items()}
    return Record(spec=row.spec, history=metrics, trace=trace.load(session, row), finished=finished)
