"""Routes of assignments: create, list, change, publish and delete them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body, Path, Request, Response

from service.grading.assignments import operations
from service.grading.assignments.examples import ASSIGNMENT_EXAMPLES, PATCH_EXAMPLES
from service.grading.assignments.queries import find, page
from service.grading.assignments.schemas import AssignmentAnswer, AssignmentEntry, PublishRequest
from service.grading.assignments.view import entries, etag_of, path_of, version_tag, view
from service.grading.rubric.assignment import Assignment
from service.http.conditional import not_modified_response, refuse_changed, require_match
from service.http.dependencies import CurrentCaller, Reading, Writing, requires
from service.http.documents import DescribedAs
from service.http.openapi import problems
from service.http.pagination import Cursor, Limit, Page, cut, decode
from service.http.routing import api_router
from service.http.scopes import Caller, Scope

router = api_router("assignments")

AssignmentId = Annotated[
    str, Path(description="The assignment's id.", examples=["asg_01981d2b-7c2e-7b11-8f10-4f3a6f9d2c55"])
]
Teacher = Annotated[Caller, requires(Scope.TEACHER)]


@router.post(
    "/assignments",
    operation_id="create_assignment",
    status_code=201,
    response_model=AssignmentAnswer,
    response_model_exclude_unset=True,
    responses={
        201: {
            "description": "Stored; students see it when it is published.",
            "headers": {"Location": {"description": "The assignment.", "schema": {"type": "string"}}},
        }
    },
)
def create_assignment(
    document: Annotated[Any, DescribedAs(Assignment), Body(openapi_examples=ASSIGNMENT_EXAMPLES)],
    response: Response,
    session: Writing,
    caller: Teacher,
) -> AssignmentAnswer:
    """Set an assignment."""
    row = operations.create(session, caller.owner, document)
    answer = view(session, row, caller)
    response.headers["Location"] = path_of(row.id)
    response.headers["ETag"] = etag_of(row, answer)
    return answer


@router.get(
    "/assignments",
    operation_id="list_assignments",
    response_model=Page[AssignmentEntry],
    response_model_exclude_unset=True,
)
def list_assignments(
    session: Reading, caller: CurrentCaller, limit: Limit = 20, cursor: Cursor = None
) -> Page[AssignmentEntry]:
    """List assignments, newest first; students see those that are published."""
    rows = page(session, caller, decode(cursor), limit + 1)
    shown, following = cut(rows, limit, lambda row: row.id)
    return Page.of(entries(session, shown, caller), following)


@router.get(
    "/assignments/{assignment_id}",
    operation_id="get_assignment",
    response_model=AssignmentAnswer,
    response_model_exclude_unset=True,
    responses={304: {"description": "Not changed since the ETag in If-None-Match."}, **problems(404)},
)
def get_assignment(
    assignment_id: AssignmentId, request: Request, response: Response, session: Reading, caller: CurrentCaller
) -> Any:
    """Look at an assignment; students see neither hidden data nor seeds, and no check that is hidden from them."""
    row = find(session, caller, assignment_id)
    answer = view(session, row, caller)
    return not_modified_response(request, response, etag_of(row, answer)) or answer


@router.patch(
    "/assignments/{assignment_id}",
    operation_id="change_assignment",
    response_model=AssignmentAnswer,
    response_model_exclude_unset=True,
    responses=problems(404, 412, 428),
)
def change_assignment(
    assignment_id: AssignmentId,
    patch: Annotated[dict[str, Any], Body(openapi_examples=PATCH_EXAMPLES)],
    request: Request,
    response: Response,
    session: Writing,
    caller: Teacher,
) -> AssignmentAnswer:
    """Merge a patch (RFC 7396) into an assignment; `If-Match` says which state of it is meant.

    Grades that were given before stay as they are; `regrade_needed` says that other rules decide now.
    """
    row = find(session, caller, assignment_id, lock=True)
    require_match(request, version_tag(row))
    operations.change(session, row, patch)
    answer = view(session, row, caller)
    response.headers["ETag"] = etag_of(row, answer)
    return answer


@router.delete(
    "/assignments/{assignment_id}",
    operation_id="delete_assignment",
    status_code=204,
    response_model=None,
    responses=problems(404, 409, 412),
)
def delete_assignment(assignment_id: AssignmentId, request: Request, session: Writing, caller: Teacher) -> None:
    """Delete an assignment for which nothing was submitted."""
    row = find(session, caller, assignment_id, lock=True)
    refuse_changed(request, version_tag(row))
    operations.remove(session, row)


@router.post(
    "/assignments/{assignment_id}/publish",
    operation_id="publish_assignment",
    response_model=AssignmentAnswer,
    response_model_exclude_unset=True,
    responses=problems(404, 412),
)
def publish_assignment(
    assignment_id: AssignmentId,
    request: Request,
    response: Response,
    session: Writing,
    caller: Teacher,
    wish: Annotated[PublishRequest | None, Body(examples=[{}, {"grades": True}])] = None,
) -> AssignmentAnswer:
    """Open an assignment to students, or also what is shown with the grades; publishing again changes nothing."""
    row = find(session, caller, assignment_id, lock=True)
    refuse_changed(request, version_tag(row))
    operations.publish(row, grades=wish is not None and wish.grades)
    session.flush()
    answer = view(session, row, caller)
    response.headers["ETag"] = etag_of(row, answer)
    return answer
