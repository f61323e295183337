"""Stores checkpoints of running jobs, and finds the one from which the next attempt goes on.

Every function is one part of a transaction that holds the job's row, as those of :mod:`service.worker.attempts`.
"""

from __future__ import annotations

import base64
import logging

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from models.events import Checkpoint
from service.database.tables import CheckpointRow, EpochMetricRow, SurfaceRow, TraceRow
from service.database.transactions import insert_once
from service.worker import tensors

logger = logging.getLogger(__name__)

KEPT = 2  # of a job: should the newest be damaged, there is the one before


def keep(session: Session, job_id: str, checkpoint: Checkpoint) -> None:
    """Store a checkpoint in the place of the oldest; storing it twice is storing it once."""
    row = {"job_id": job_id, "epoch": checkpoint.epoch, "sha256": checkpoint.sha256, "content": checkpoint.bytes()}
    insert_once(session, CheckpointRow, row)
    of_job = CheckpointRow.job_id == job_id
    newest = select(CheckpointRow.epoch).where(of_job).order_by(CheckpointRow.epoch.desc()).limit(KEPT)
    session.execute(delete(CheckpointRow).where(of_job, CheckpointRow.epoch.not_in(newest)))


def newest(session: Session, job_id: str) -> int:
    """The epoch of the last checkpoint whose content is what was stored, 0 for none; damaged ones are deleted."""
    stored = select(CheckpointRow.epoch).where(CheckpointRow.job_id == job_id).order_by(CheckpointRow.epoch.desc())
    for epoch in session.scalars(stored).all():
        row = session.get_one(CheckpointRow, (job_id, epoch))
        if tensors.digest(row.content) == row.sha256:
            return epoch
        logger.warning("job %s: the checkpoint of epoch %d is damaged", job_id, epoch)
        session.delete(row)
        session.flush()
    return 0


def load(session: Session, job_id: str, epoch: int) -> Checkpoint | None:
    """The checkpoint of that epoch."""
    row = session.get(CheckpointRow, (job_id, epoch))
    if row is None:
        return None
    return Checkpoint(epoch=epoch, sha256=row.sha256, content=base64.b64encode(row.content).decode())


def reached(session: Session, job_id: str) -> int:
    """The epoch of the last checkpoint, 0 where there is none."""
    return session.scalar(select(func.max(CheckpointRow.epoch)).where(CheckpointRow.job_id == job_id)) or 0


def rewind(session: Session, job_id: str, epoch: int) -> None:
    """Delete what was recorded after ``epoch``, which will be recorded again; with epoch 0, the untrained network too.

    No row of the trace lies across: its rows end where chunks end, and so do checkpoints.
    """
    for column in (EpochMetricRow.epoch, TraceRow.first_epoch, SurfaceRow.epoch, CheckpointRow.epoch):
        table = column.class_
        beyond = column > epoch if epoch else column >= 0
        session.execute(delete(table).where(table.job_id == job_id, beyond))


def discard(session: Session, job_id: str) -> None:
    """Delete all checkpoints of a job that has ended."""
    session.execute(delete(CheckpointRow).where(CheckpointRow.job_id == job_id))
