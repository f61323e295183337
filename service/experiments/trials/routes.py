"""Serves trials: retrains a job with suggested fixes and compares.

What makes trials is imported with the first one: it needs the diagnoses, and the service starts without them.
"""

from __future__ import annotations

from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import Body, Header, Path, Query, Request, Response
from fastapi.openapi.models import Example
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from service.database.session import reading, writing
from service.experiments.trials.queries import find, page
from service.experiments.trials.schemas import Trial, TrialEntry, TrialRequest
from service.experiments.trials.view import Snapshot, entry, path_of, snapshot, view
from service.http.conditional import not_modified_response, refuse_changed
from service.http.dependencies import CurrentSettings, DatabaseEngine, Owner, Reading, Writing
from service.http.openapi import problems
from service.http.pagination import Cursor, Limit, Page, cut, decode
from service.http.routing import api_router
from service.jobs.changes import wait_until_all_ended
from service.jobs.dependencies import CurrentWatcher
from service.jobs.operations import IdempotencyKey
from service.jobs.routes.jobs import JobId
from service.queue.limits import QueueLimits

POLL_AFTER = 2  # seconds that a client is asked to wait between two polls
CANCEL_WAIT = 2.0  # seconds in which agents end running trainings

router = api_router("trials")

TrialId = Annotated[str, Path(description="The trial's id.", examples=["trl_01981d2b-7c2e-7b11-8f10-4f3a6f9d2c55"])]


EXAMPLES: dict[str, Example] = {
    "advice": {"summary": "Everything that is advised, five seeds each", "value": {}},
    "chosen": {"summary": "One advice of the diagnosis, ten seeds", "value": {"advice": ["relu_he"], "seeds": 10}},
    "own": {
        "summary": "A change of your own",
        "value": {
            "patches": [
                {
                    "code": "gentler",
                    "patch": [{"op": "replace", "path": "/training/optimizer/learning_rate", "value": 0.001}],
                }
            ]
        },
    },
}


@router.post(
    "/jobs/{job_id}/trials",
    operation_id="create_trial",
    status_code=202,
    response_model=Trial,
    responses={
        202: {
            "description": "Stored, and the jobs of its first round queued.",
            "headers": {
                "Location": {"description": "The trial.", "schema": {"type": "string"}},
                "Retry-After": {"description": "Seconds until a look pays.", "schema": {"type": "integer"}},
            },
        },
        **problems(404, 409, 429),
    },
)
def create_trial(
    job_id: JobId,
    response: Response,
    session: Writing,
    settings: CurrentSettings,
    owner: Owner,
    request: Annotated[TrialRequest | None, Body(openapi_examples=EXAMPLES)] = None,
    idempotency_key: Annotated[
        str | None,
        Header(min_length=1, max_length=255, description="The same key and body always mean the same trial."),
    ] = None,
) -> Trial:
    """Retrain a job with each advised patch, beside the job itself and two controls, over the same seeds.

    The answer says which patch is confirmed, and once that is known, what is the smallest part of it that cures.
    """
    from service.experiments.trials.operations import create

    wanted = request or TrialRequest()
    document = {"job": job_id, **wanted.model_dump(mode="json", by_alias=True)}
    key = None if idempotency_key is None else IdempotencyKey.of(idempotency_key, document)
    row = create(session, owner, job_id, wanted, key, QueueLimits.of(settings))
    response.headers["Location"] = path_of(row.id)
    response.headers["Retry-After"] = str(POLL_AFTER)
    return view(session, snapshot(session, row))


@router.get("/trials", operation_id="list_trials", response_model=Page[TrialEntry])
def list_trials(
    session: Reading,
    owner: Owner,
    job_id: Annotated[str | None, Query(max_length=64, description="Only trials of this job.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[TrialEntry]:
    """List trials, newest first."""
    rows = page(session, owner, job_id, decode(cursor), limit + 1)
    shown, following = cut(rows, limit, lambda row: row.id)
    return Page.of([entry(snapshot(session, row)) for row in shown], following)


@router.get(
    "/trials/{trial_id}",
    operation_id="get_trial",
    response_model=Trial,
    responses={304: {"description": "Not changed since the ETag in If-None-Match."}, **problems(404)},
)
def get_trial(trial_id: TrialId, request: Request, response: Response, session: Reading, owner: Owner) -> Any:
    """Look at a trial: verdicts, paired differences and costs, as far as its jobs are."""
    seen = snapshot(session, find(session, owner, trial_id))
    return not_modified_response(request, response, seen.etag) or view(session, seen)


@router.post(
    "/trials/{trial_id}/cancel",
    operation_id="cancel_trial",
    response_model=Trial,
    responses=problems(404, 409, 412),
)
async def cancel_trial(
    trial_id: TrialId, request: Request, engine: DatabaseEngine, watcher: CurrentWatcher, owner: Owner
) -> Trial:
    """Cancel all jobs that have not ended; what the others have left stays, and no round follows."""

    def cancel_now() -> None:
        from service.experiments.trials.operations import cancel

        with writing(engine) as session:
            row = find(session, owner, trial_id, lock=True)
            refuse_changed(request, snapshot(session, row).etag)
            cancel(session, row)

    def live() -> list[str]:
        with reading(engine) as session:
            return _look(session, owner, trial_id).live

    await run_sync(cancel_now)
    await wait_until_all_ended(watcher, live, CANCEL_WAIT)
    return await run_sync(_view, engine, owner, trial_id)


def _view(engine: Engine, owner: str, trial_id: str) -> Trial:
    with reading(engine) as session:
        return view(session, _look(session, owner, trial_id))


def _look(session: Session, owner: str, trial_id: str) -> Snapshot:
    return snapshot(session, find(session, owner, trial_id))
