"""Serves comparisons of specs over several seeds."""

from __future__ import annotations

from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import Body, Header, Path, Request, Response
from fastapi.openapi.models import Example
from sqlalchemy import Engine

from service.database.session import reading, writing
from service.experiments.comparisons.operations import cancel, create
from service.experiments.comparisons.queries import find, runs, states
from service.experiments.comparisons.schemas import Comparison, ComparisonRequest
from service.experiments.comparisons.view import etag_of, live_jobs, path_of, view
from service.http.conditional import not_modified_response, refuse_changed
from service.http.dependencies import CurrentSettings, DatabaseEngine, Owner, Reading
from service.http.negotiation import wait_preference
from service.http.openapi import problems
from service.http.routing import api_router
from service.jobs.changes import ChangeWatcher, wait_until_all_ended
from service.jobs.dependencies import CurrentWatcher
from service.jobs.operations import IdempotencyKey
from service.queue.limits import QueueLimits
from service.specs.examples import DEEP_TANH

POLL_AFTER = 1  # seconds that a client is asked to wait between two polls
CANCEL_WAIT = 2.0  # seconds in which agents end running trainings

router = api_router("comparisons")

ComparisonId = Annotated[
    str, Path(description="The comparison's id.", examples=["cmp_01981d2b-7c2e-7b11-8f10-4f3a6f9d2c55"])
]


def _deep_network(**changes: Any) -> dict[str, Any]:
    """The spec of the deep network with its hidden layers changed."""
    hidden, head = DEEP_TANH["architecture"]["layers"]
    return DEEP_TANH | {"name": "deep relu", "architecture": {"layers": [hidden | changes, head]}}


EXAMPLES: dict[str, Example] = {
    "specs": {
        "summary": "A deep tanh network and a deep ReLU network, ten seeds each",
        "value": {"specs": [DEEP_TANH, _deep_network(activation="relu", kernel_initializer="he_uniform")], "seeds": 10},
    },
    "jobs": {
        "summary": "The specs of two jobs, again with six seeds each",
        "value": {
            "jobs": ["job_01981d2b-7c2e-7b11-8f10-4f3a6f9d2c55", "job_01981d2b-7c2e-7b11-8f10-4f3a6f9d2c56"],
            "seeds": 6,
        },
    },
}


@router.post(
    "/comparisons",
    operation_id="create_comparison",
    status_code=202,
    response_model=Comparison,
    responses={
        200: {"model": Comparison, "description": "After `Prefer: wait`."},
        202: {
            "description": "Stored, and its jobs queued.",
            "headers": {
                "Location": {"description": "The comparison.", "schema": {"type": "string"}},
                "Retry-After": {"description": "Seconds until a look pays.", "schema": {"type": "integer"}},
            },
        },
        **problems(429),
    },
)
async def create_comparison(
    request: Annotated[ComparisonRequest, Body(openapi_examples=EXAMPLES)],
    response: Response,
    engine: DatabaseEngine,
    watcher: CurrentWatcher,
    settings: CurrentSettings,
    owner: Owner,
    prefer: Annotated[
        list[str] | None, Header(description="`wait=N`: answer when all jobs have ended, or after N seconds (≤ 30).")
    ] = None,
    idempotency_key: Annotated[
        str | None,
        Header(min_length=1, max_length=255, description="The same key and body always mean the same comparison."),
    ] = None,
) -> Any:
    """Train several specs with the same seeds, each seed and spec as a job of its own."""

    def store() -> Comparison:
        key = None if idempotency_key is None else IdempotencyKey.of(idempotency_key, request.model_dump())
        with writing(engine) as session:
            row = create(session, owner, request, key, QueueLimits.of(settings))
            return view(session, row, runs(session, row))

    comparison = await run_sync(store)
    response.headers["Location"] = path_of(comparison.id)
    seconds = wait_preference(prefer or [])
    if seconds is None:
        response.headers["Retry-After"] = str(POLL_AFTER)
        return comparison
    await _ended(engine, watcher, owner, comparison.id, seconds)
    response.status_code = 200
    response.headers["Preference-Applied"] = f"wait={seconds}"
    return await run_sync(_look, engine, owner, comparison.id)


@router.get(
    "/comparisons/{comparison_id}",
    operation_id="get_comparison",
    response_model=Comparison,
    responses={304: {"description": "Not changed since the ETag in If-None-Match."}, **problems(404)},
)
def get_comparison(
    comparison_id: ComparisonId, request: Request, response: Response, session: Reading, owner: Owner
) -> Any:
    """Look at a comparison: metrics by seed, medians with intervals, paired differences, as far as its jobs are."""
    row = find(session, owner, comparison_id)
    found = runs(session, row)
    return not_modified_response(request, response, etag_of(row, found)) or view(session, row, found)


@router.post(
    "/comparisons/{comparison_id}/cancel",
    operation_id="cancel_comparison",
    response_model=Comparison,
    responses=problems(404, 409, 412),
)
async def cancel_comparison(
    comparison_id: ComparisonId, request: Request, engine: DatabaseEngine, watcher: CurrentWatcher, owner: Owner
) -> Comparison:
    """Cancel all jobs that have not ended; what the others have left stays."""

    def cancel_now() -> None:
        with writing(engine) as session:
            row = find(session, owner, comparison_id, lock=True)
            refuse_changed(request, etag_of(row, states(session, row)))
            cancel(session, row)

    await run_sync(cancel_now)
    await _ended(engine, watcher, owner, comparison_id, CANCEL_WAIT)
    return await run_sync(_look, engine, owner, comparison_id)


def _look(engine: Engine, owner: str, comparison_id: str) -> Comparison:
    with reading(engine) as session:
        row = find(session, owner, comparison_id)
        return view(session, row, runs(session, row))


async def _ended(engine: Engine, watcher: ChangeWatcher, owner: str, comparison_id: str, seconds: float) -> None:
    """Return when every job has ended or is gone, or after ``seconds``."""

    def live() -> list[str]:
        with reading(engine) as session:
            row = find(session, owner, comparison_id)
            return live_jobs(row, states(session, row))

    await wait_until_all_ended(watcher, live, seconds)
