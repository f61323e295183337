"""Routes of calibrations, which try a rubric on specs of known worth before students meet it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body, Path, Request, Response

from service.grading.assignments.queries import find as find_assignment
from service.grading.assignments.routes import AssignmentId, Teacher
from service.grading.calibrations import operations
from service.grading.calibrations.queries import ended, find, page
from service.grading.calibrations.schemas import CalibrationAnswer, CalibrationEntry, CalibrationRequest
from service.grading.calibrations.view import entries, etag_of, location, view
from service.grading.rubric.presets import presets
from service.grading.submissions.grading_rows import grading_secret
from service.http.conditional import not_modified_response
from service.http.dependencies import CurrentSettings, Reading, Writing
from service.http.openapi import problems
from service.http.pagination import Cursor, Limit, Page, cut, decode
from service.http.routing import api_router
from service.queue.limits import QueueLimits

POLL_AFTER = 5  # seconds that a client is asked to leave between two looks

PRESET = presets()["deep-tanh"]
CALIBRATION_EXAMPLES = {
    "deep tanh": {
        "summary": "Two references of the assignment deep-tanh",
        "value": {
            "references": [
                {"name": reference.name, "expected": reference.expected, "spec": reference.spec}
                for reference in PRESET.references
                if reference.name.startswith(("S2:", "S4:"))
            ],
            "seeds": 40,
            "pass_mark": PRESET.pass_mark,
        },
    }
}

router = api_router("assignments")

CalibrationId = Annotated[
    str, Path(description="The calibration's id.", examples=["cal_01981d2b-7c2e-7b11-8f10-4f3a6f9d2c55"])
]


@router.post(
    "/assignments/{assignment_id}/calibrations",
    operation_id="create_calibration",
    status_code=202,
    response_model=CalibrationAnswer,
    responses={
        202: {
            "description": "Stored, and its trainings queued.",
            "headers": {
                "Location": {"description": "The calibration.", "schema": {"type": "string"}},
                "Retry-After": {"description": "Seconds until a look pays.", "schema": {"type": "integer"}},
            },
        },
        **problems(404),
    },
)
def create_calibration(
    assignment_id: AssignmentId,
    request: Annotated[CalibrationRequest, Body(openapi_examples=CALIBRATION_EXAMPLES)],
    response: Response,
    session: Writing,
    settings: CurrentSettings,
    caller: Teacher,
) -> CalibrationAnswer:
    """Train specs whose worth is known with many seeds, and see in how many grades each check of the rubric passes.

    The seeds are not those of submissions. A reference that the constraints refuse is told, and not trained.
    """
    assignment = find_assignment(session, caller, assignment_id, lock=True)
    row = operations.create(session, assignment, request, grading_secret(session, settings), QueueLimits.of(settings))
    response.headers["Location"] = location(row)
    response.headers["Retry-After"] = str(POLL_AFTER)
    return view(assignment, row, ended(session, [row]))


@router.get(
    "/assignments/{assignment_id}/calibrations",
    operation_id="list_calibrations",
    response_model=Page[CalibrationEntry],
    responses=problems(404),
)
def list_calibrations(
    assignment_id: AssignmentId, session: Reading, caller: Teacher, limit: Limit = 20, cursor: Cursor = None
) -> Page[CalibrationEntry]:
    """List the calibrations of an assignment, newest first."""
    assignment = find_assignment(session, caller, assignment_id)
    shown, following = cut(page(session, assignment, decode(cursor), limit + 1), limit, lambda row: row.id)
    return Page.of(entries(session, assignment, shown), following)


@router.get(
    "/assignments/{assignment_id}/calibrations/{calibration_id}",
    operation_id="get_calibration",
    response_model=CalibrationAnswer,
    responses={304: {"description": "Not changed since the ETag in If-None-Match."}, **problems(404)},
)
def get_calibration(
    assignment_id: AssignmentId,
    calibration_id: CalibrationId,
    request: Request,
    response: Response,
    session: Reading,
    caller: Teacher,
) -> Any:
    """Look at a calibration: pass rates by check and reference, and the thresholds that luck decides."""
    assignment = find_assignment(session, caller, assignment_id)
    row = find(session, assignment, calibration_id)
    done = ended(session, [row])
    return not_modified_response(request, response, etag_of(assignment, row, done)) or view(assignment, row, done)


@router.post(
    "/assignments/{assignment_id}/calibrations/{calibration_id}/cancel",
    operation_id="cancel_calibration",
    response_model=CalibrationAnswer,
    responses=problems(404, 409),
)
def cancel_calibration(
    assignment_id: AssignmentId, calibration_id: CalibrationId, session: Writing, caller: Teacher
) -> CalibrationAnswer:
    """Cancel a calibration; what it has trained so far stays trained."""
    assignment = find_assignment(session, caller, assignment_id)
    row = find(session, assignment, calibration_id, lock=True)
    operations.cancel(session, row)
    session.flush()
    return view(assignment, row, ended(session, [row]))
