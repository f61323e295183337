"""What follows when all gradings of a calibration have ended: the rubric is judged, and the judgement is stored.

Agents ask at every beat. Judging reads many records and marks many times, so that it holds no lock; whoever is first to
store it has done it.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from service.database.calibrations import CalibrationRow
from service.database.session import reading, writing
from service.database.submission_states import SubmissionStatus
from service.grading.calibrations.conclusion import end
from service.grading.calibrations.queries import due, gradings_of, references_of
from service.grading.calibrations.reference import StoredReference
from service.grading.rubric.assignment import Assignment
from service.grading.rubric.calibration import Calibration, Reference, calibrate
from service.grading.rubric.trainings import trainings
from service.grading.submissions.evidence import gather
from service.grading.submissions.finish import unmarkable
from service.grading.submissions.queries import rulebook, spec_of

logger = logging.getLogger(__name__)
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


Judged = tuple[list[StoredReference], Calibration | None]


def judge(session: Session, row: CalibrationRow) -> Judged:
    """The references with what became of them, and what those say that were trained; None if none was."""
    gradings = gradings_of(session, row)
    assignment = Assignment.model_validate(rulebook(session, row.assignment_id, row.rules))
    stored, known = [], []
    for reference in references_of(row):
        grading = None if reference.grading is None else gradings.get(reference.grading)
        error: dict[str, Any] | None = None
        if grading is not None:
            evidence = None
            if grading.status == SubmissionStatus.GRADED:
                wanted = trainings(assignment, spec_of(session, grading, assignment), grading.seeds, {})
                evidence = gather(session, grading, None, wanted)
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
        row.references = [each.model_copy(update={"error": unmarkable()}).model_dump() for each in references_of(row)]
        end(row, "failed")
        return
    stored, calibration = found
    row.references = [reference.model_dump(mode="json") for reference in stored]
    row.content = None if calibration is None else calibration.model_dump(mode="json")
    end(row, "failed" if any(reference.error for reference in stored) else "succeeded")
