"""Predictions by the name of a model."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body, Request, Response

from service.http.dependencies import CurrentServing, Owner
from service.http.documents import DescribedAs
from service.http.json import JsonResponse
from service.http.openapi import problems
from service.http.routing import api_router
from service.inference import answers, rows
from service.inference.serving import Served
from service.registry.routes import ModelName, Version

router = api_router("models")

Document = Annotated[Any, DescribedAs(rows.PredictionRequest), Body(examples=[{"rows": [[0.5, -0.25]]}])]


@router.post(
    "/models/{name}/predictions",
    operation_id="predict_with_model",
    response_model=answers.Predictions,
    responses=problems(404),
)
async def predict(
    name: ModelName, document: Document, request: Request, serving: CurrentServing, owner: Owner
) -> Response:
    """What a model says of new rows, given in raw units: its champion, or else its latest version."""
    return await _answer(request, await serving.served(owner, name, None), document)


@router.post(
    "/models/{name}/versions/{version}/predictions",
    operation_id="predict_with_model_version",
    response_model=answers.Predictions,
    responses=problems(404),
)
async def predict_with_version(
    name: ModelName, version: Version, document: Document, request: Request, serving: CurrentServing, owner: Owner
) -> Response:
    """What a version of a model says of new rows, given in raw units."""
    return await _answer(request, await serving.served(owner, name, version), document)


async def _answer(request: Request, served: Served, document: Any) -> Response:
    return await served.answer_soon(
        len(await request.body()),  # which was read before, with the document
        lambda signature: rows.read(document, signature),
        lambda signature, outputs: JsonResponse(answers.document(signature, outputs)),
    )
