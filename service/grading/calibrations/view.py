"""Renders calibrations for their teacher."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from service.database.calibrations import CalibrationRow
from service.database.grading import AssignmentRow
from service.grading.assignments.view import path_of
from service.grading.calibrations.queries import ended, references_of
from service.grading.calibrations.reference import StoredReference
from service.grading.calibrations.schemas import (
    CalibratedReference,
    CalibrationAnswer,
    CalibrationEntry,
    CalibrationLinks,
    CalibrationProgress,
)
from service.grading.rubric.calibration import Calibration, ReferenceCalibration


def entries(session: Session, assignment: AssignmentRow, rows: Sequence[CalibrationRow]) -> list[CalibrationEntry]:
    """Several calibrations of an assignment in a list."""
    done = ended(session, rows)
    return [CalibrationEntry(**_head(assignment, row, done)) for row in rows]


def view(assignment: AssignmentRow, row: CalibrationRow, done: Mapping[str, int]) -> CalibrationAnswer:
    """One calibration.

    Args:
        assignment: its assignment.
        row: its row.
        done: how many of its trainings have ended, as :func:`ended` counts them.
    """
    calibration = _content(row)
    return CalibrationAnswer(
        **_head(assignment, row, done),
        references=_references(row, calibration),
        flaky=[] if calibration is None else calibration.flaky,
    )


def etag_of(assignment: AssignmentRow, row: CalibrationRow, done: Mapping[str, int]) -> str:
    """The strong ETag: the row's version, and behind a dash the progress and whether the rules are the current ones."""
    return f'"{row.version}-{done.get(row.id, 0)}-{int(row.rules == assignment.rules)}"'


def location(row: CalibrationRow) -> str:
    """The URL path of a calibration."""
    return f"{path_of(row.assignment_id)}/calibrations/{row.id}"


def _content(row: CalibrationRow) -> Calibration | None:
    return None if row.content is None else Calibration.model_validate(row.content)


def _head(assignment: AssignmentRow, row: CalibrationRow, done: Mapping[str, int]) -> dict[str, Any]:
    """The members of a :class:`CalibrationEntry`."""
    references, calibration = references_of(row), _content(row)
    trained = sum(reference.grading is not None for reference in references)
    held = [each.as_expected for each in _references(row, calibration) if each.expected is not None]
    sound = None
    if row.status == "succeeded" and row.pass_mark is not None and held:
        sound = all(held) and not (calibration is not None and calibration.flaky)
    return {
        "id": row.id,
        "assignment_id": row.assignment_id,
        "status": row.status,
        "created_at": row.created_at,
        "finished_at": row.finished_at,
        "current": row.rules == assignment.rules,
        "seeds": row.seeds,
        "pass_mark": row.pass_mark,
        "sound": sound,
        "progress": CalibrationProgress(jobs=done.get(row.id, 0), of=trained * row.seeds),
        "links": CalibrationLinks(
            self=location(row), cancel=f"{location(row)}/cancel", assignment=path_of(row.assignment_id)
        ),
    }


def _references(row: CalibrationRow, calibration: Calibration | None) -> list[CalibratedReference]:
    results = {} if calibration is None else {result.name: result for result in calibration.references}
    return [
        CalibratedReference(
            name=each.name,
            expected=each.expected,
            refused=each.refused,
            error=each.error,
            as_expected=_as_expected(each, results.get(each.name)),
            result=results.get(each.name),
        )
        for each in references_of(row)
    ]


def _as_expected(reference: StoredReference, result: ReferenceCalibration | None) -> bool | None:
    """Whether a reference does what is expected; one that the constraints refuse never passes."""
    if reference.refused:
        return None if reference.expected is None else reference.expected == "fail"
    return None if result is None else result.as_expected
