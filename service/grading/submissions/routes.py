"""Routes of submissions: submit, look, cancel, delete, and override the grade."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import Body, Header, Path, Query, Request, Response
from sqlalchemy import Engine

from service.database.session import reading, writing
from service.database.submission_states import LIVE, SubmissionStatus
from service.errors import QueueFull, QuotaExceeded
from service.grading.assignments.queries import find as find_assignment
from service.grading.assignments.routes import AssignmentId, Teacher
from service.grading.submissions import operations
from service.grading.submissions.admission import admit, author_of
from service.grading.submissions.examples import OVERRIDE_EXAMPLES, SUBMISSION_EXAMPLES
from service.grading.submissions.grading import grade
from service.grading.submissions.queries import Filters, find, page
from service.grading.submissions.scheduling import schedule_if_room
from service.grading.submissions.schemas import OverrideRequest, Submission, SubmissionEntry, SubmissionRequest
from service.grading.submissions.view import entries, look, path_of, version_tag, view
from service.http.conditional import not_modified_response, refuse_changed
from service.http.dependencies import (
    CurrentCaller,
    CurrentSettings,
    DatabaseEngine,
    Reading,
    Writing,
)
from service.http.negotiation import wait_preference
from service.http.openapi import problems
from service.http.pagination import Cursor, Limit, Page, cut, decode
from service.http.routing import api_router
from service.http.scopes import Caller
from service.jobs.changes import wait_until_ended
from service.jobs.dependencies import CurrentWatcher
from service.jobs.operations import IdempotencyKey
from service.queue.limits import QueueLimits

POLL_AFTER = 2  # seconds that a client is asked to leave between two looks

router = api_router("submissions")

SubmissionId = Annotated[
    str, Path(description="The submission's id.", examples=["sub_01981d2b-7c2e-7b11-8f10-4f3a6f9d2c55"])
]


@router.post(
    "/assignments/{assignment_id}/submissions",
    operation_id="create_submission",
    status_code=202,
    response_model=Submission,
    response_model_exclude_unset=True,
    responses={
        200: {"model": Submission, "description": "The same was submitted before: that one. Or after `Prefer: wait`."},
        202: {
            "description": "Stored, and its trainings queued as soon as there is room.",
            "headers": {
                "Location": {"description": "The submission.", "schema": {"type": "string"}},
                "Retry-After": {"description": "Seconds until a look pays.", "schema": {"type": "integer"}},
            },
        },
        **problems(404, 409, 429),
    },
)
async def create_submission(
    assignment_id: AssignmentId,
    request: Annotated[SubmissionRequest, Body(openapi_examples=SUBMISSION_EXAMPLES)],
    response: Response,
    engine: DatabaseEngine,
    watch: CurrentWatcher,
    settings: CurrentSettings,
    caller: CurrentCaller,
    prefer: Annotated[
        list[str] | None, Header(description="`wait=N`: answer when it is graded, or after N seconds (≤ 30).")
    ] = None,
    idempotency_key: Annotated[
        str | None,
        Header(min_length=1, max_length=255, description="The same key and body always mean the same submission."),
    ] = None,
) -> Any:
    """Have a spec graded. What an author has submitted before is answered with its grade, and costs no try."""
    author = author_of(caller, request.author)
    document = {"assignment": assignment_id, **request.model_dump(mode="json")}
    key = None if idempotency_key is None else IdempotencyKey.of(idempotency_key, document)

    def submit() -> tuple[Submission, bool]:
        limits = QueueLimits.of(settings)
        with reading(engine) as session:
            assignment = find_assignment(session, caller, assignment_id)
            admitted = admit(assignment, caller, author, request)
        with writing(engine) as session:
            assignment = find_assignment(session, caller, assignment_id, lock=True)
            if assignment.revision != admitted.revision:
                admitted = admit(assignment, caller, author, request)
            stored = operations.store(session, assignment, admitted, settings, submitter=caller.owner, key=key)
            trained = stored.grading is not None and schedule_if_room(session, stored.grading, limits)
        if stored.grading is not None and trained:  # by an equal submission; no agent is needed
            with suppress(QueueFull, QuotaExceeded):
                grade(engine, stored.grading.id, limits)
        return _look(engine, caller, stored.row.id), stored.grading is not None

    submission, new = await run_sync(submit)
    response.headers["Location"] = path_of(submission.id)
    seconds = wait_preference(prefer or [])
    if seconds is not None:
        await wait_until_ended(watch, submission.id, seconds)
        response.headers["Preference-Applied"] = f"wait={seconds}"
        submission = await run_sync(_look, engine, caller, submission.id)
    elif submission.status in LIVE:
        response.headers["Retry-After"] = str(POLL_AFTER)
    if seconds is not None or not new:
        response.status_code = 200
    return submission


@router.get(
    "/assignments/{assignment_id}/submissions",
    operation_id="list_submissions",
    response_model=Page[SubmissionEntry],
    response_model_exclude_unset=True,
    responses=problems(404),
)
def list_submissions(
    assignment_id: AssignmentId,
    session: Reading,
    caller: CurrentCaller,
    author: Annotated[str | None, Query(max_length=200, description="Only those of this author.")] = None,
    status: Annotated[list[SubmissionStatus] | None, Query(description="Only those of these statuses.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[SubmissionEntry]:
    """List submissions for an assignment, newest first; students see their own ones."""
    assignment = find_assignment(session, caller, assignment_id)
    rows = page(session, assignment, caller, Filters(author, status or ()), decode(cursor), limit + 1)
    shown, following = cut(rows, limit, lambda row: row.id)
    return Page.of(entries(session, assignment, shown, caller), following)


@router.get(
    "/submissions/{submission_id}",
    operation_id="get_submission",
    response_model=Submission,
    response_model_exclude_unset=True,
    responses={304: {"description": "Not changed since the ETag in If-None-Match."}, **problems(404)},
)
def get_submission(
    submission_id: SubmissionId, request: Request, response: Response, session: Reading, caller: CurrentCaller
) -> Any:
    """Look at a submission: its status, and what the caller may see of its grade."""
    seen = look(session, find(session, caller, submission_id), caller)
    return not_modified_response(request, response, seen.etag) or view(session, seen)


@router.post(
    "/submissions/{submission_id}/cancel",
    operation_id="cancel_submission",
    response_model=Submission,
    response_model_exclude_unset=True,
    responses=problems(404, 409, 412),
)
def cancel_submission(
    submission_id: SubmissionId, request: Request, session: Writing, caller: CurrentCaller
) -> Submission:
    """Cancel a submission that has not been graded yet; it costs no try."""
    row = find(session, caller, submission_id, lock=True)
    refuse_changed(request, version_tag(row))
    operations.cancel(session, row)
    return view(session, look(session, row, caller))


@router.delete(
    "/submissions/{submission_id}",
    operation_id="delete_submission",
    status_code=204,
    response_model=None,
    responses=problems(404, 409, 412),
)
def delete_submission(submission_id: SubmissionId, request: Request, session: Writing, caller: Teacher) -> None:
    """Delete a submission with its grade, and those of its trainings that nothing else needs."""
    row = find(session, caller, submission_id, lock=True)
    refuse_changed(request, version_tag(row))
    operations.remove(session, row)


@router.put(
    "/submissions/{submission_id}/override",
    operation_id="override_grade",
    response_model=Submission,
    response_model_exclude_unset=True,
    responses=problems(404, 409, 412),
)
def override_grade(
    submission_id: SubmissionId,
    body: Annotated[OverrideRequest, Body(openapi_examples=OVERRIDE_EXAMPLES)],
    request: Request,
    session: Writing,
    caller: Teacher,
) -> Submission:
    """Override a grade, whole or check by check; regrades do not change the override."""
    row = find(session, caller, submission_id, lock=True)
    refuse_changed(request, version_tag(row))
    operations.override(row, dict(body.checks), body.score, body.reason)
    session.flush()
    return view(session, look(session, row, caller))


@router.delete(
    "/submissions/{submission_id}/override",
    operation_id="delete_override",
    response_model=Submission,
    response_model_exclude_unset=True,
    responses=problems(404, 412),
)
def delete_override(submission_id: SubmissionId, request: Request, session: Writing, caller: Teacher) -> Submission:
    """Let the grade count again as it was marked."""
    row = find(session, caller, submission_id, lock=True)
    refuse_changed(request, version_tag(row))
    operations.restore(row)
    session.flush()
    return view(session, look(session, row, caller))


def _look(engine: Engine, caller: Caller, submission_id: str) -> Submission:
    with reading(engine) as session:
        return view(session, look(session, find(session, caller, submission_id), caller))
