"""Serves TensorFlow Serving's REST protocol, which is KServe's V1: status, metadata, predict.

A label of TensorFlow Serving is an alias here. The bodies are read as they come, of whatever media type: TensorFlow
Serving's own examples send JSON as a form.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from service.database.session import reading
from service.http.dependencies import DatabaseEngine, Owner
from service.http.json import JsonResponse
from service.http.openapi import problems
from service.http.protocols import body_of
from service.inference.dependencies import CurrentServing
from service.inference.open_inference.repository import MOST_JOBS
from service.inference.registry.queries import all_versions, servable_jobs
from service.inference.serving import Serving
from service.inference.tensorflow_serving import bodies, schemas

router = APIRouter(prefix="/v1/models", tags=["tensorflow serving"])

ModelName = Annotated[str, Path(description="A model's name, or a job's id.", examples=["rings"])]
Version = Annotated[str, Path(description="A number.", examples=["1"])]
Label = Annotated[str, Path(description="An alias.", examples=["champion"])]

BAD = problems(400)
PREDICT: dict[str, Any] = {
    "response_model": schemas.Predicted,
    "responses": BAD,
    "openapi_extra": {"requestBody": schemas.PREDICT_REQUEST},
}


@router.get("", operation_id="serving_list", response_model=schemas.ModelList)
def list_models(engine: DatabaseEngine, owner: Owner) -> Response:
    """The named models, and those of the newest 1000 succeeded jobs."""
    with reading(engine) as session:
        named = dict.fromkeys(name for name, _, _ in all_versions(session, owner))
        return JsonResponse({"models": [*named, *servable_jobs(session, owner, MOST_JOBS)]})


# The paths that end in a verb come first: a name may hold a colon in theirs.
@router.post("/{model}:predict", operation_id="serving_predict", **PREDICT)
async def predict(model: ModelName, request: Request, serving: CurrentServing, owner: Owner) -> Response:
    """What a model says of rows in raw units."""
    return await _predict(request, serving, owner, model, None)


@router.post("/{model}/versions/{version}:predict", operation_id="serving_predict_with_version", **PREDICT)
async def predict_with_version(
    model: ModelName, version: Version, request: Request, serving: CurrentServing, owner: Owner
) -> Response:
    """What a version of a model says of rows in raw units."""
    return await _predict(request, serving, owner, model, version)


@router.post("/{model}/labels/{label}:predict", operation_id="serving_predict_with_label", **PREDICT)
async def predict_with_label(
    model: ModelName, label: Label, request: Request, serving: CurrentServing, owner: Owner
) -> Response:
    """What the version behind an alias says of rows in raw units."""
    return await _predict(request, serving, owner, model, label)


@router.get("/{model}", operation_id="serving_status", response_model=schemas.ModelStatus, responses=BAD)
def get_status(model: ModelName, serving: CurrentServing, owner: Owner) -> Response:
    """Whether the versions of a model answer."""
    return _status(serving, owner, model, None)


@router.get(
    "/{model}/versions/{version}",
    operation_id="serving_version_status",
    response_model=schemas.ModelStatus,
    responses=BAD,
)
def get_version_status(model: ModelName, version: Version, serving: CurrentServing, owner: Owner) -> Response:
    """Whether a version of a model answers."""
    return _status(serving, owner, model, version)


@router.get(
    "/{model}/labels/{label}", operation_id="serving_label_status", response_model=schemas.ModelStatus, responses=BAD
)
def get_label_status(model: ModelName, label: Label, serving: CurrentServing, owner: Owner) -> Response:
    """Whether the version behind an alias answers."""
    return _status(serving, owner, model, label)


@router.get("/{model}/metadata", operation_id="serving_metadata", response_model=schemas.ModelMetadata, responses=BAD)
async def get_metadata(model: ModelName, serving: CurrentServing, owner: Owner) -> Response:
    """What a model reads and answers."""
    return await _metadata(serving, owner, model, None)


@router.get(
    "/{model}/versions/{version}/metadata",
    operation_id="serving_version_metadata",
    response_model=schemas.ModelMetadata,
    responses=BAD,
)
async def get_version_metadata(model: ModelName, version: Version, serving: CurrentServing, owner: Owner) -> Response:
    """What a version of a model reads and answers."""
    return await _metadata(serving, owner, model, version)


@router.get(
    "/{model}/labels/{label}/metadata",
    operation_id="serving_label_metadata",
    response_model=schemas.ModelMetadata,
    responses=BAD,
)
async def get_label_metadata(model: ModelName, label: Label, serving: CurrentServing, owner: Owner) -> Response:
    """What the version behind an alias reads and answers."""
    return await _metadata(serving, owner, model, label)


async def _predict(request: Request, serving: Serving, owner: str, model: str, version: str | None) -> Response:
    body = await body_of(request)
    served = await serving.served(owner, model, version)
    prediction = bodies.Prediction(request, body)
    return await served.answer_soon(len(body), prediction.rows, prediction.response)


def _status(serving: Serving, owner: str, model: str, version: str | None) -> Response:
    servable = serving.state(owner, model, version)
    versions = serving.versions(owner, model) if version is None else [servable.version]
    states = bodies.status(versions, unloaded=servable.unloaded)
    return JsonResponse({**states, "name": model, "ready": not servable.unloaded})


async def _metadata(serving: Serving, owner: str, model: str, version: str | None) -> Response:
    served = await serving.served(owner, model, version)
    return JsonResponse(bodies.metadata(served.name, served.version, served.signature))
