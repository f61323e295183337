"""Routes of regrades: grade submissions again by the current rules, and compare."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body, Path, Request, Response

from service.grading.assignments.queries import find as find_assignment
from service.grading.assignments.routes import AssignmentId, Teacher
from service.grading.regrades import operations
from service.grading.regrades.queries import find, page
from service.grading.regrades.schemas import Regrade, RegradeEntry, RegradeRequest
from service.grading.regrades.view import entries, etag_of, location, view
from service.grading.submissions.grading_rows import grading_secret
from service.http.conditional import not_modified_response
from service.http.dependencies import CurrentSettings, Reading, Writing
from service.http.openapi import problems
from service.http.pagination import Cursor, Limit, Page, cut, decode
from service.http.routing import api_router

POLL_AFTER = 2  # seconds that a client is asked to leave between two looks

router = api_router("assignments")

RegradeId = Annotated[str, Path(description="The regrade's id.", examples=["rgr_01981d2b-7c2e-7b11-8f10-4f3a6f9d2c55"])]


@router.post(
    "/assignments/{assignment_id}/regrades",
    operation_id="create_regrade",
    status_code=202,
    response_model=Regrade,
    responses={
        202: {
            "description": "Stored; agents begin at once.",
            "headers": {
                "Location": {"description": "The regrade.", "schema": {"type": "string"}},
                "Retry-After": {"description": "Seconds until a look pays.", "schema": {"type": "integer"}},
            },
        },
        **problems(404, 409),
    },
)
def create_regrade(
    assignment_id: AssignmentId,
    response: Response,
    session: Writing,
    settings: CurrentSettings,
    caller: Teacher,
    wish: Annotated[RegradeRequest | None, Body(examples=[{}])] = None,
) -> Regrade:
    """Grade submissions again by the assignment's rules of now; overrides stay, and a grade stays until the new one.

    The seeds are those of the first time: where the rules are the same, so are the grades, digit for digit.
    """
    assignment = find_assignment(session, caller, assignment_id, lock=True)
    wanted = None if wish is None else wish.submissions
    row = operations.create(session, assignment, wanted, grading_secret(session, settings))
    response.headers["Location"] = location(row)
    response.headers["Retry-After"] = str(POLL_AFTER)
    return view(session, assignment, row)


@router.get(
    "/assignments/{assignment_id}/regrades",
    operation_id="list_regrades",
    response_model=Page[RegradeEntry],
    responses=problems(404),
)
def list_regrades(
    assignment_id: AssignmentId, session: Reading, caller: Teacher, limit: Limit = 20, cursor: Cursor = None
) -> Page[RegradeEntry]:
    """List the regrades of an assignment, newest first."""
    assignment = find_assignment(session, caller, assignment_id)
    shown, following = cut(page(session, assignment, decode(cursor), limit + 1), limit, lambda row: row.id)
    return Page.of(entries(session, assignment, shown), following)


@router.get(
    "/assignments/{assignment_id}/regrades/{regrade_id}",
    operation_id="get_regrade",
    response_model=Regrade,
    responses={304: {"description": "Not changed since the ETag in If-None-Match."}, **problems(404)},
)
def get_regrade(
    assignment_id: AssignmentId,
    regrade_id: RegradeId,
    request: Request,
    response: Response,
    session: Reading,
    caller: Teacher,
) -> Any:
    """Look at a regrade: before and after, submission by submission and check by check."""
    assignment = find_assignment(session, caller, assignment_id)
    row = find(session, assignment, regrade_id)
    return not_modified_response(request, response, etag_of(session, assignment, row)) or view(session, assignment, row)
