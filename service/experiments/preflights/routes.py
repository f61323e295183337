"""Serves preflights: measurements of untrained networks over random starts."""

from __future__ import annotations

from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import Body, Header, Path, Query, Request, Response

from models.specs.job import TrainingJobSpec
from service.database.job_states import TERMINAL
from service.database.session import reading, writing
from service.experiments.preflights.operations import request as request_preflight
from service.experiments.preflights.queries import find, page
from service.experiments.preflights.schemas import Preflight, PreflightSummary
from service.experiments.preflights.view import etag_of, path_of, summary, view
from service.http.conditional import not_modified_response
from service.http.dependencies import CurrentSettings, DatabaseEngine, Owner, Reading
from service.http.documents import DescribedAs
from service.http.negotiation import wait_preference
from service.http.openapi import problems
from service.http.pagination import Cursor, Limit, Page, cut, decode
from service.http.routing import api_router
from service.jobs.changes import wait_until_ended
from service.jobs.dependencies import CurrentWatcher
from service.queue.limits import QueueLimits
from service.specs.checks import parse_spec
from service.specs.examples import SPEC_EXAMPLES

POLL_AFTER = 1  # seconds that a client is asked to wait between two polls
WAIT = 5  # seconds that an answer is waited for where the client prefers nothing

router = api_router("preflights")

PreflightId = Annotated[
    str, Path(description="The preflight's id.", examples=["pre_01981d2b-7c2e-7b11-8f10-4f3a6f9d2c55"])
]


@router.post(
    "/preflights",
    operation_id="create_preflight",
    response_model=Preflight,
    responses={
        200: {"description": "Ready, with its result or the reason why there is none."},
        202: {
            "model": Preflight,
            "description": "Not ready yet.",
            "headers": {
                "Location": {"description": "The preflight.", "schema": {"type": "string"}},
                "Retry-After": {"description": "Seconds until a look pays.", "schema": {"type": "integer"}},
            },
        },
        **problems(429),
    },
)
async def create_preflight(
    document: Annotated[Any, DescribedAs(TrainingJobSpec), Body(openapi_examples=SPEC_EXAMPLES)],
    response: Response,
    engine: DatabaseEngine,
    watcher: CurrentWatcher,
    settings: CurrentSettings,
    owner: Owner,
    single_batch: Annotated[
        bool, Query(description="Also try whether the network of the spec's own seed can learn 16 rows by heart.")
    ] = False,
    prefer: Annotated[
        list[str] | None,
        Header(description=f"`wait=N`: answer when it is ready, or after N seconds (≤ 30); {WAIT} by default."),
    ] = None,
) -> Preflight:
    """Measure a spec's untrained network over random starts; an equal request is answered from what is stored."""

    def store() -> Preflight:
        spec = parse_spec(document)
        with writing(engine) as session:
            return view(request_preflight(session, owner, spec, QueueLimits.of(settings), single_batch=single_batch))

    def look() -> Preflight:
        with reading(engine) as session:
            return view(find(session, owner, preflight.id))

    preflight = await run_sync(store)
    preferred = wait_preference(prefer or [])
    if preflight.status not in TERMINAL:
        await wait_until_ended(watcher, preflight.id, WAIT if preferred is None else preferred)
        preflight = await run_sync(look)
    response.headers["Location"] = path_of(preflight.id)
    if preferred is not None:
        response.headers["Preference-Applied"] = f"wait={preferred}"
    if preflight.status not in TERMINAL:
        response.status_code = 202
        response.headers["Retry-After"] = str(POLL_AFTER)
    return preflight


@router.get("/preflights", operation_id="list_preflights", response_model=Page[PreflightSummary])
def list_preflights(session: Reading, owner: Owner, limit: Limit = 20, cursor: Cursor = None) -> Page[PreflightSummary]:
    """List preflights without their numbers, newest first."""
    rows = page(session, owner, decode(cursor), limit + 1)
    shown, following = cut(rows, limit, lambda row: row.id)
    return Page.of([summary(row) for row in shown], following)


@router.get(
    "/preflights/{preflight_id}",
    operation_id="get_preflight",
    response_model=Preflight,
    responses={304: {"description": "Not changed since the ETag in If-None-Match."}, **problems(404)},
)
def get_preflight(
    preflight_id: PreflightId, request: Request, response: Response, session: Reading, owner: Owner
) -> Any:
    """Look at a preflight."""
    row = find(session, owner, preflight_id)
    return not_modified_response(request, response, etag_of(row)) or view(row)
