"""Comparing specs over several seeds."""

from __future__ import annotations

from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import Body, Header, Path, Request, Response
from sqlalchemy import Engine

from service.database.session import reading, writing
from service.experiments.comparisons.examples import COMPARISON_EXAMPLES
from service.experiments.comparisons.operations import cancel, create
from service.experiments.comparisons.queries import find
from service.experiments.comparisons.schemas import Comparison, ComparisonRequest
from service.experiments.comparisons.view import look, path_of, view
from service.http.conditional import held, refuse_changed
from service.http.dependencies import CurrentSettings, DatabaseEngine, Owner, Reading
from service.http.openapi import problems
from service.http.preferences import wait_preference
from service.http.routing import api_router
from service.jobs.changes import Watch, all_ended
from service.jobs.dependencies import CurrentWatch
from service.jobs.operations import IdempotencyKey
from service.queue.limits import QueueLimits

POLL_AFTER = 1  # seconds that a client is asked to leave between two looks
CANCEL_WAIT = 2.0  # seconds in which agents end running trainings

router = api_router("comparisons")

ComparisonId = Annotated[
    str, Path(description="The comparison's id.", examples=["cmp_01981d2b-7c2e-7b11-8f10-4f3a6f9d2c55"])
]


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
    request: Annotated[ComparisonRequest, Body(openapi_examples=COMPARISON_EXAMPLES)],
    response: Response,
    engine: DatabaseEngine,
    watch: CurrentWatch,
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
            return view(session, look(session, row))

    comparison = await run_sync(store)
    response.headers["Location"] = path_of(comparison.id)
    seconds = wait_preference(prefer or [])
    if seconds is None:
        response.headers["Retry-After"] = str(POLL_AFTER)
        return comparison
    await _ended(engine, watch, owner, comparison.id, seconds)
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
    seen = look(session, find(session, owner, comparison_id))
    return held(request, response, seen.etag) or view(session, seen)


@router.post(
    "/comparisons/{comparison_id}/cancel",
    operation_id="cancel_comparison",
    response_model=Comparison,
    responses=problems(404, 409, 412),
)
async def cancel_comparison(
    comparison_id: ComparisonId, request: Request, engine: DatabaseEngine, watch: CurrentWatch, owner: Owner
) -> Comparison:
    """Cancel all jobs that have not ended; what the others have left stays."""

    def ask() -> None:
        with writing(engine) as session:
            row = find(session, owner, comparison_id, lock=True)
            refuse_changed(request, look(session, row).etag)
            cancel(session, row)

    await run_sync(ask)
    await _ended(engine, watch, owner, comparison_id, CANCEL_WAIT)
    return await run_sync(_look, engine, owner, comparison_id)


def _look(engine: Engine, owner: str, comparison_id: str) -> Comparison:
    with reading(engine) as session:
        return view(session, look(session, find(session, owner, comparison_id)))


async def _ended(engine: Engine, watch: Watch, owner: str, comparison_id: str, seconds: float) -> None:
    """Return when every job has ended or is gone, or after ``seconds``."""

    def live() -> list[str]:
        with reading(engine) as session:
            return look(session, find(session, owner, comparison_id)).live

    await all_ended(watch, live, seconds)
