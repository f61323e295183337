"""Serves the Open Inference Protocol (KServe V2) with Triton's extensions: health, metadata, inference, statistics.

Each path about a model comes with and without a version. The bodies are read as they come, of whatever media type:
Triton's own client names none.
"""

from __future__ import annotations

from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Path, Request, Response

from service.database.session import newest_revision, reading, stored_revision
from service.errors import NotLoaded, Unavailable
from service.http.dependencies import DatabaseEngine, Owner
from service.http.json import JsonResponse
from service.http.openapi import problems
from service.http.protocols import body_of
from service.inference.dependencies import CurrentServing
from service.inference.open_inference import schemas, tensors
from service.inference.open_inference.infer import BINARY, Inference
from service.inference.serving import Serving

NAME = "gradient-clinic"
EXTENSIONS = ["classification", "model_repository", "binary_tensor_data", "statistics"]

router = APIRouter(prefix="/v2", tags=["open inference protocol"])

ModelName = Annotated[str, Path(description="A model's name, or a job's id.", examples=["rings"])]
Version = Annotated[str, Path(description="A number or an alias.", examples=["1", "champion"])]

BAD = problems(400)
INFER: dict[str, Any] = {
    "response_model": schemas.InferenceResponse,
    "responses": {200: {"content": {BINARY: {"schema": {"type": "string", "format": "binary"}}}}, **BAD},
    "openapi_extra": {"requestBody": schemas.INFERENCE_REQUEST},
}


# First, because paths are tried in their order.
@router.post("/models/{model}/infer", operation_id="infer", **INFER)
async def infer(model: ModelName, request: Request, serving: CurrentServing, owner: Owner) -> Response:
    """What a model says of rows in raw units; tensors as JSON or as bytes, both ways."""
    return await _infer(request, serving, owner, model, None)


@router.post("/models/{model}/versions/{version}/infer", operation_id="infer_with_version", **INFER)
async def infer_with(
    model: ModelName, version: Version, request: Request, serving: CurrentServing, owner: Owner
) -> Response:
    """What a version of a model says of rows in raw units; tensors as JSON or as bytes, both ways."""
    return await _infer(request, serving, owner, model, version)


@router.get("", operation_id="get_server_metadata", response_model=schemas.ServerMetadata)
@router.get("/", include_in_schema=False)
async def get_server(request: Request) -> Response:
    """What the server is, and what it can do beyond the protocol."""
    return JsonResponse({"name": NAME, "version": request.app.version, "extensions": EXTENSIONS})


@router.get("/health/live", operation_id="get_server_live", response_model=schemas.Live)
async def live() -> Response:
    """The process answers."""
    return JsonResponse({"live": True})


@router.get("/health/ready", operation_id="get_server_ready", response_model=schemas.Ready)
async def ready(engine: DatabaseEngine) -> Response:
    """Models can be found: the database answers, and has the schema of this version. Agents are not needed."""

    def stored() -> str | None:
        with reading(engine) as session:
            return stored_revision(session)

    if await run_sync(stored) != newest_revision():
        raise Unavailable("The database has the schema of another version.", retry_after=1)
    return JsonResponse({"ready": True})


# Before the paths with a name: no model is called so.
@router.get("/models/stats", operation_id="get_all_statistics", response_model=schemas.StatisticsResponse)
async def get_all_statistics(serving: CurrentServing, owner: Owner) -> Response:
    """What every model has answered in this process; those that were not asked yet are left out."""
    counted = serving.counted(owner)
    return JsonResponse({"model_stats": [_statistics(serving, owner, *found) for found in counted]})


@router.get("/models/{model}", operation_id="get_model_metadata", response_model=schemas.ModelMetadata, responses=BAD)
async def get_model(model: ModelName, serving: CurrentServing, owner: Owner) -> Response:
    """What a model reads and answers."""
    return await _metadata(serving, owner, model, None)


@router.get(
    "/models/{model}/versions/{version}",
    operation_id="get_model_version_metadata",
    response_model=schemas.ModelMetadata,
    responses=BAD,
)
async def get_version(model: ModelName, version: Version, serving: CurrentServing, owner: Owner) -> Response:
    """What a version of a model reads and answers."""
    return await _metadata(serving, owner, model, version)


@router.get("/models/{model}/ready", operation_id="get_model_ready", response_model=schemas.ModelReady, responses=BAD)
async def is_ready(model: ModelName, serving: CurrentServing, owner: Owner) -> Response:
    """The model is loaded, now if it was not yet; 503 while somebody else loads it, or when it is unloaded."""
    return await _ready(serving, owner, model, None)


@router.get(
    "/models/{model}/versions/{version}/ready",
    operation_id="get_model_version_ready",
    response_model=schemas.ModelReady,
    responses=BAD,
)
async def is_version_ready(model: ModelName, version: Version, serving: CurrentServing, owner: Owner) -> Response:
    """The version is loaded, now if it was not yet; 503 while somebody else loads it, or when it is unloaded."""
    return await _ready(serving, owner, model, version)


@router.get(
    "/models/{model}/stats",
    operation_id="get_model_statistics",
    response_model=schemas.StatisticsResponse,
    responses=BAD,
)
async def get_statistics(model: ModelName, serving: CurrentServing, owner: Owner) -> Response:
    """What all versions of a model have answered in this process."""
    versions = await run_sync(serving.versions, owner, model)
    found = [_statistics(serving, owner, model, version) for version in versions]
    return JsonResponse({"model_stats": found})


@router.get(
    "/models/{model}/versions/{version}/stats",
    operation_id="get_model_version_statistics",
    response_model=schemas.StatisticsResponse,
    responses=BAD,
)
async def get_version_statistics(model: ModelName, version: Version, serving: CurrentServing, owner: Owner) -> Response:
    """What a version of a model has answered in this process."""
    servable = await run_sync(serving.state, owner, model, version)
    return JsonResponse({"model_stats": [_statistics(serving, owner, model, servable.version)]})


async def _metadata(serving: Serving, owner: str, model: str, version: str | None) -> Response:
    served = await serving.served(owner, model, version)
    versions = await run_sync(serving.versions, owner, model) if version is None else [served.version]
    inputs, outputs = tensors.metadata(served.signature)
    document = {
        "name": served.name,
        "versions": versions,
        "platform": tensors.PLATFORM,
        "inputs": inputs,
        "outputs": outputs,
    }
    return JsonResponse(document)


async def _ready(serving: Serving, owner: str, model: str, version: str | None) -> Response:
    servable = await run_sync(serving.state, owner, model, version)
    if serving.is_loading(servable.job_id):
        raise NotLoaded(f"The model {model!r} is being loaded.", retry_after=1)
    await serving.served(owner, model, version)
    return JsonResponse({"name": model, "ready": True})


async def _infer(request: Request, serving: Serving, owner: str, model: str, version: str | None) -> Response:
    body = await body_of(request)
    served = await serving.served(owner, model, version)
    inference = Inference(request, body, served)
    return await served.answer_soon(len(body), inference.rows, inference.response)


def _statistics(serving: Serving, owner: str, model: str, version: str) -> dict[str, Any]:
    return serving.statistics(owner, model, version).document(model, version)
