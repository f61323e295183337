"""Finishes calibrations: judges the rubric when all gradings have ended, and stores the judgement.

Agents call :func:`advance` at every heartbeat. Judging reads many records and marks many times, so that it holds no
lock; the agent that is first to store it has done it.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from service.database.calibrations import CalibrationRow
from service.database.session import reading, writing
from service.database.submission_states import SubmissionStatus
from service.grading.calibrations.queries import due, gradings_of, references_of
from service.grading.calibrations.reference import StoredReference
from service.grading.rubric.assignment import Assignment
from service.grading.rubric.calibration import Calibration, Reference, calibrate
from service.grading.rubric.trainings import required_trainings
from service.grading.submissions.evidence import gather
from service.grading.submissions.finish import not_marked
from service.grading.submissions.queries import rulebook, spec_of

logger = logging.getLogger(__name__)

Judged = tuple[list[StoredReference], Calibration | None]

GONE = {"type": "not_trained", "title": "A training is gone", "detail": "A job of it was deleted."}


def advance(engine: Engine) -> None:
    """Judge every calibration whose trainings have ended.

    Args:
        engine: the database.
    """
    with reading(engine) as session:
        waiting = due(session)
    for calibration_id in waiting:
        try:
            with reading(engine) as session:
                found = judge(session, session.get_one(CalibrationRow, calibration_id))
        except SQLAlchemyError:
            raise
        except Exception:  # one that cannot be judged must not keep the others from being
            logger.exception("calibration %s cannot be judged", calibration_id)
            found = None
        with writing(engine) as session:
            store(session, calibration_id, found)


def judge(session: Session, row: CalibrationRow) -> Judged:
    """The references, each with the error that kept it from being trained, and what the others say, if any."""
    gradings = gradings_of(session, row)
    assignment = Assignment.model_validate(rulebook(session, row.assignment_id, row.rules))
    stored, known = [], []
    for reference in references_of(row):
        grading = None if reference.grading is None else gradings.get(reference.grading)
        error: dict[str, Any] | None = None
        if grading is not None:
            evidence = None
            if grading.status == SubmissionStatus.GRADED:
                spec = spec_of(session, grading, assignment)
                required = required_trainings(assignment, spec, grading.seeds, {})
                evidence = gather(session, grading, None, required)
            if evidence is None:
                error = grading.error or GONE
            else:
                proof = replace(evidence, answers=reference.answers)
                known.append(Reference(reference.name, reference.expected, proof))
        stored.append(reference.model_copy(update={"error": error}))
    return stored, calibrate(assignment, known, row.pass_mark) if known else None


def store(session: Session, calibration_id: str, found: Judged | None) -> None:
    """Store a judgement, unless somebody was faster; without one the calibration has failed."""
    query = select(CalibrationRow).where(CalibrationRow.id == calibration_id, CalibrationRow.status == "running")
    row = session.scalar(query.with_for_update())
    if row is None:
        return
    if found is None:
        row.references = [each.model_copy(update={"error": not_marked()}).model_dump() for each in references_of(row)]
        end(row, "failed")
        return
    stored, calibration = found
    row.references = [reference.model_dump(mode="json") for reference in stored]
    row.content = None if calibration is None else calibration.model_dump(mode="json")
    end(row, "failed" if any(reference.error for reference in stored) else "succeeded")


def end(row: CalibrationRow, status: str) -> None:
    """Let a calibration end, within a transaction that holds its row."""
    row.status, row.finished_at, row.version = status, datetime.now(UTC), row.version + 1
