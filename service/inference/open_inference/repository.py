"""Serves the model repository of the Open Inference Protocol: lists, loads and unloads models.

Every model is answered for without being loaded first: a process loads it when it is first asked. Unloading is a row
of the database, so that it holds in every process; loading takes the row away and has the network at hand here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from models.violation import Violation
from service.database.session import reading, writing
from service.errors import Invalid
from service.http.dependencies import DatabaseEngine, Owner
from service.http.json import JsonResponse
from service.http.openapi import problems
from service.http.protocols import body_of, document_of
from service.inference.dependencies import CurrentServing
from service.inference.model_names import FIRST
from service.inference.open_inference.routes import ModelName
from service.inference.open_inference.schemas import REPOSITORY_REQUEST, IndexEntry
from service.inference.registry import operations
from service.inference.registry.queries import all_versions, servable_jobs, unloaded_names
from service.inference.serving import Serving

MOST_JOBS = 1000  # of which the index tells; each answers under its name, listed or not
BODY: dict[str, Any] = {"requestBody": REPOSITORY_REQUEST}

router = APIRouter(prefix="/v2/repository", tags=["open inference protocol"])


@router.post(
    "/index",
    operation_id="list_repository",
    response_model=list[IndexEntry],
    responses=problems(400),
    openapi_extra=BODY,
)
async def index(request: Request, serving: CurrentServing, engine: DatabaseEngine, owner: Owner) -> Response:
    """All versions of all named models, and the models of the newest 1000 succeeded jobs."""
    document = await _document(request)
    only_ready = document.get("ready", False)
    if not isinstance(only_ready, bool):
        raise Invalid.of([Violation("/ready", "true or false is expected")])

    def entries() -> list[dict[str, str]]:
        with reading(engine) as session:
            return [entry for entry in _entries(session, serving, owner) if entry["state"] == "READY" or not only_ready]

    return JsonResponse(await run_sync(entries))


@router.post(
    "/models/{model}/load",
    operation_id="load_model",
    response_model=dict[str, str],
    responses=problems(400),
    openapi_extra=BODY,
)
async def load(
    model: ModelName, request: Request, serving: CurrentServing, engine: DatabaseEngine, owner: Owner
) -> Response:
    """Let a model answer, and have the version that its bare name means at hand in this process."""
    parameters = (await _document(request)).get("parameters")
    if parameters:
        raise Invalid.of(
            [Violation("/parameters", "a model is what a job has left: nothing of it comes with a request")]
        )

    def work() -> None:
        with writing(engine) as session:
            operations.load(session, owner, model)
        serving.forget()
        serving.find(owner, model, None)

    await run_sync(work)
    return JsonResponse({})


@router.post(
    "/models/{model}/unload",
    operation_id="unload_model",
    response_model=dict[str, str],
    responses=problems(400),
    openapi_extra=BODY,
)
async def unload(
    model: ModelName, request: Request, serving: CurrentServing, engine: DatabaseEngine, owner: Owner
) -> Response:
    """Let a model answer no longer: at once in this process, within about a second in all others."""
    await _document(request)

    def work() -> None:
        servable = serving.state(owner, model, None)
        with writing(engine) as session:
            operations.unload(session, owner, model)
        serving.forget(servable.job_id)

    await run_sync(work)
    return JsonResponse({})


async def _document(request: Request) -> dict[str, Any]:
    body = await body_of(request)
    return document_of(body) if body.strip() else {}


def _entries(session: Session, serving: Serving, owner: str) -> Iterator[dict[str, str]]:
    unloaded = unloaded_names(session, owner)
    jobs = [(job_id, FIRST, job_id) for job_id in servable_jobs(session, owner, MOST_JOBS)]
    for name, version, job_id in (*all_versions(session, owner), *jobs):
        state = "UNAVAILABLE" if name in unloaded else "LOADING" if serving.is_loading(job_id) else "READY"
        yield {"name": name, "version": version, "state": state, "reason": "unloaded" if name in unloaded else ""}
