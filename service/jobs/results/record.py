"""A finished training's record, put together again from its rows."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models.events import Finished
from models.record import Record
from service.database.tables import JobRow
from service.jobs import recorded


def rebuild(session: Session, row: JobRow) -> Record:
    """The record of a succeeded job, equal to that which its agent judged."""
    assert row.result is not None
    assert row.evaluation is not None
    finished = Finished.model_validate(
        {
            "stop_reason": row.result["stop_reason"],
            "epochs": row.epoch,
            "weights_digest": row.result["weights_digest"],
            "receipt": row.receipt or {},
            **row.evaluation,
        }
    )
    record = recorded.record(session, row.id)
    record.finished = finished
    return record
