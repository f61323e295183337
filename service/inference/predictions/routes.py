"""Serves predictions: by a job's network, and by the name of a model."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response

from service.http.dependencies import Owner, Reading
from service.http.json import JsonResponse
from service.http.openapi import problems
from service.http.routing import api_router
from service.inference.predictions.job_predictions import of_data, stored_rows
from service.inference.predictions.openapi import ANSWERED_LINES, REQUEST_BODY, Included, OfClass, TopK
from service.inference.predictions.options import PredictionOptions
from service.inference.predictions.responses import respond
from service.inference.predictions.schemas import JobPredictions, Predictions, Split
from service.inference.registry.routes import ModelName, Version
from service.inference.serving import Serving
from service.jobs.queries import content_of, find_succeeded
from service.jobs.results.network import signature_of
from service.jobs.routes.jobs import JobId

job_router = api_router("predictions")
model_router = api_router("models")

MODEL: dict[str, Any] = {
    "response_model": Predictions,
    "responses": {200: {"content": ANSWERED_LINES}, **problems(404, 409, 413, 415, 503)},
    "openapi_extra": {"requestBody": REQUEST_BODY},
}


@job_router.get(
    "/jobs/{job_id}/predictions",
    operation_id="get_job_predictions",
    response_model=JobPredictions,
    responses=problems(404, 409),
)
def get_predictions(job_id: JobId, session: Reading, owner: Owner, split: Split = "all") -> Response:
    """What the network says of the job's own data."""
    row = find_succeeded(session, owner, job_id)
    content = content_of(session, row, "predictions")
    return JsonResponse(of_data(row.id, stored_rows(content), signature_of(session, row), split))


@job_router.post(
    "/jobs/{job_id}/predictions",
    operation_id="predict_with_job",
    summary="Predict",
    response_model=Predictions,
    responses={200: {"content": ANSWERED_LINES}, **problems(404, 409, 413, 415)},
    openapi_extra={"requestBody": REQUEST_BODY},
)
async def predict_with_job(
    job_id: JobId,
    request: Request,
    owner: Owner,
    top_k: TopK = None,
    include: Included = None,
    of_class: OfClass = None,
) -> Response:
    """What the network says of new rows, given in raw units; one JSON document, or lines of JSON or CSV for many."""
    # Looked up by hand: injecting it takes FastAPI longer than the network takes to answer.
    serving: Serving = request.app.state.serving
    served = await serving.of_job(owner, job_id)
    return await respond(request, serving, served, PredictionOptions.of(top_k, include, of_class))


@model_router.post("/models/{name}/predictions", operation_id="predict_with_model", summary="Predict", **MODEL)
async def predict_with_model(
    name: ModelName,
    request: Request,
    owner: Owner,
    top_k: TopK = None,
    include: Included = None,
    of_class: OfClass = None,
) -> Response:
    """What a model says of new rows, given in raw units: its champion, or else its latest version.

    One JSON document, or lines of JSON or CSV for many rows.
    """
    return await _predict_with_model(request, owner, name, None, PredictionOptions.of(top_k, include, of_class))


@model_router.post("/models/{name}/versions/{version}/predictions", operation_id="predict_with_model_version", **MODEL)
async def predict_with_version(
    name: ModelName,
    version: Version,
    request: Request,
    owner: Owner,
    top_k: TopK = None,
    include: Included = None,
    of_class: OfClass = None,
) -> Response:
    """What a version of a model says of new rows, given in raw units, as a document or as lines."""
    return await _predict_with_model(request, owner, name, version, PredictionOptions.of(top_k, include, of_class))


async def _predict_with_model(
    request: Request, owner: str, name: str, version: str | None, options: PredictionOptions
) -> Response:
    serving: Serving = request.app.state.serving  # as for a job, injecting it takes longer than answering
    return await respond(request, serving, await serving.served(owner, name, version), options)
