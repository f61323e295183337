"""Serves jobs: submits, lists, shows, cancels and deletes them."""

from __future__ import annotations

from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import Body, Header, Path, Query, Request, Response
from sqlalchemy import Engine

from models.diagnoses.spec_check import SpecCheck, check_spec
from models.specs.job import TrainingJobSpec
from models.specs.limits import MAX_LABELS
from service.database.job_states import JobStatus
from service.database.session import reading, writing
from service.errors import AlreadyEnded, Invalid, RequestViolation
from service.http.conditional import not_modified_response, refuse_changed
from service.http.dependencies import CurrentSettings, DatabaseEngine, Owner, Reading
from service.http.documents import DescribedAs
from service.http.json import JsonResponse
from service.http.negotiation import wait_preference
from service.http.openapi import problems
from service.http.pagination import Cursor, Limit, Page, cut, decode
from service.http.routing import api_router
from service.jobs.changes import wait_until_ended
from service.jobs.dependencies import CurrentWatcher, JobDeleted
from service.jobs.operations import IdempotencyKey, cancel, remove, submit
from service.jobs.queries import Filters, find, page
from service.jobs.schemas import Job
from service.jobs.view import etag_of, path_of, state_tag, view, views
from service.queue.limits import QueueLimits
from service.specs.checks import parse_spec
from service.specs.examples import SPEC_EXAMPLES

POLL_AFTER = 1  # seconds that a client is asked to wait between two polls
CANCEL_WAIT = 2.0  # seconds in which an agent ends a running training

router = api_router("jobs")

JobId = Annotated[str, Path(description="The job's id.", examples=["job_01981d2b-7c2e-7b11-8f10-4f3a6f9d2c55"])]


@router.post(
    "/jobs",
    operation_id="create_job",
    status_code=202,
    response_model=Job,
    responses={
        200: {"model": Job | SpecCheck, "description": "After `Prefer: wait`, or with `validate_only`."},
        202: {
            "description": "Stored and queued.",
            "headers": {
                "Location": {"description": "The job.", "schema": {"type": "string"}},
                "Retry-After": {"description": "Seconds until a look pays.", "schema": {"type": "integer"}},
            },
        },
        **problems(429),
    },
)
async def create_job(
    document: Annotated[Any, DescribedAs(TrainingJobSpec), Body(openapi_examples=SPEC_EXAMPLES)],
    response: Response,
    engine: DatabaseEngine,
    watcher: CurrentWatcher,
    settings: CurrentSettings,
    owner: Owner,
    validate_only: Annotated[bool, Query(description="Only check the spec; answers as `spec-checks` does.")] = False,
    prefer: Annotated[
        list[str] | None, Header(description="`wait=N`: answer when the job has ended, or after N seconds (≤ 30).")
    ] = None,
    idempotency_key: Annotated[
        str | None,
        Header(min_length=1, max_length=255, description="The same key and body always mean the same job."),
    ] = None,
) -> Any:
    """Queue a training."""
    if validate_only:
        return JsonResponse((await run_sync(check_spec, document)).model_dump(mode="json"))
    key = None if idempotency_key is None else IdempotencyKey.of(idempotency_key, document)

    def store() -> Job:
        spec = parse_spec(document)
        with writing(engine) as session:
            return view(session, submit(session, owner, spec, key, QueueLimits.of(settings)), spec.labels)

    job = await run_sync(store)
    response.headers["Location"] = path_of(job.id)
    seconds = wait_preference(prefer or [])
    if seconds is None:
        response.headers["Retry-After"] = str(POLL_AFTER)
        return job
    await wait_until_ended(watcher, job.id, seconds)
    response.status_code = 200
    response.headers["Preference-Applied"] = f"wait={seconds}"
    return await run_sync(_look, engine, owner, job.id)


@router.get("/jobs", operation_id="list_jobs", response_model=Page[Job])
def list_jobs(
    session: Reading,
    owner: Owner,
    status: Annotated[list[JobStatus] | None, Query(description="Only jobs of these statuses.")] = None,
    label: Annotated[
        list[str] | None,
        Query(max_length=MAX_LABELS, description="Only jobs with these labels, each `key:value`."),
    ] = None,
    spec_hash: Annotated[str | None, Query(pattern=r"^sha256:[0-9a-f]{64}$")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[Job]:
    """List jobs, newest first."""
    filters = Filters(status or (), _labels(label or []), spec_hash)
    rows = page(session, owner, filters, decode(cursor), limit + 1)
    shown, following = cut(rows, limit, lambda row: row.id)
    return Page.of(views(session, shown), following)


@router.get(
    "/jobs/{job_id}",
    operation_id="get_job",
    response_model=Job,
    responses={304: {"description": "Not changed since the ETag in If-None-Match."}, **problems(404)},
)
def get_job(job_id: JobId, request: Request, response: Response, session: Reading, owner: Owner) -> Any:
    """Look at a job."""
    row = find(session, owner, job_id)
    job = view(session, row)
    return not_modified_response(request, response, etag_of(row, job)) or job


@router.post(
    "/jobs/{job_id}/cancel",
    operation_id="cancel_job",
    response_model=Job,
    responses=problems(404, 409, 412),
)
async def cancel_job(
    job_id: JobId, request: Request, engine: DatabaseEngine, watcher: CurrentWatcher, owner: Owner
) -> Job:
    """End a job before its time; a running one within two seconds."""

    def cancel_now() -> None:
        with writing(engine) as session:
            row = find(session, owner, job_id, lock=True)
            refuse_changed(request, state_tag(row))
            cancel(session, row)

    await run_sync(cancel_now)
    await wait_until_ended(watcher, job_id, CANCEL_WAIT)
    job = await run_sync(_look, engine, owner, job_id)
    if job.status in {JobStatus.SUCCEEDED, JobStatus.FAILED}:
        raise AlreadyEnded(f"The job has {job.status} before it could be cancelled.")
    return job


@router.delete(
    "/jobs/{job_id}", operation_id="delete_job", status_code=204, response_model=None, responses=problems(404, 409, 412)
)
def delete_job(job_id: JobId, request: Request, engine: DatabaseEngine, deleted: JobDeleted, owner: Owner) -> None:
    """Delete a job with all that it left; not while it is running, or a version of a model."""
    with writing(engine) as session:
        row = find(session, owner, job_id, lock=True)
        refuse_changed(request, state_tag(row))
        remove(session, row)
    deleted(job_id)


def _labels(texts: list[str]) -> list[str]:
    labels: dict[str, str] = {}
    for text in dict.fromkeys(texts):
        key, colon, value = text.partition(":")
        if not colon or not key or "\0" in text:
            raise Invalid.of([RequestViolation("", f"a label is key:value, received {text!r}", parameter="label")])
        if ":" not in value and labels.setdefault(key, value) != value:
            raise Invalid.of([RequestViolation("", f"no job has two values of {key!r}", parameter="label")])
    return list(dict.fromkeys(texts))


def _look(engine: Engine, owner: str, job_id: str) -> Job:
    with reading(engine) as session:
        return view(session, find(session, owner, job_id))
