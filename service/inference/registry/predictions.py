"""Predictions by the name of a model."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response

from service.http.dependencies import Owner
from service.http.openapi import problems
from service.http.routing import api_router
from service.inference.predictions.openapi import ANSWERED_LINES, REQUEST_BODY, Included, OfClass, TopK
from service.inference.predictions.options import PredictionOptions
from service.inference.predictions.responses import Predictions, respond
from service.inference.registry.routes import ModelName, Version
from service.inference.serving import Serving

router = api_router("models")

PREDICT: dict[str, Any] = {
    "response_model": Predictions,
    "responses": {200: {"content": ANSWERED_LINES}, **problems(404, 409, 413, 415, 503)},
    "openapi_extra": {"requestBody": REQUEST_BODY},
}


@router.post("/models/{name}/predictions", operation_id="predict_with_model", **PREDICT)
async def predict(
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
    return await _answer(request, owner, name, None, PredictionOptions.of(top_k, include, of_class))


@router.post("/models/{name}/versions/{version}/predictions", operation_id="predict_with_model_version", **PREDICT)
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
    return await _answer(request, owner, name, version, PredictionOptions.of(top_k, include, of_class))


async def _answer(
    request: Request, owner: str, name: str, version: str | None, question: PredictionOptions
) -> Response:
    serving: Serving = request.app.state.serving  # as for a job, injecting it takes longer than answering
    return await respond(request, serving, await serving.served(owner, name, version), question)
