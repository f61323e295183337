"""What a succeeded job's network says: of its own data, of new rows, of a plane."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response

from models.signature import Signature
from models.specs.check import parse
from service.database.job_states import JobStatus
from service.errors import Invalid, NotAvailable, RequestViolation
from service.http.dependencies import Owner, Reading
from service.http.json import JsonResponse
from service.http.openapi import problems
from service.http.routing import api_router
from service.inference.dependencies import CurrentNetworks
from service.inference.networks.cache import network_of
from service.inference.predictions.job_predictions import JobPredictions, Split, of_data, stored_rows
from service.inference.predictions.openapi import ANSWERED_LINES, REQUEST_BODY, Included, OfClass, TopK
from service.inference.predictions.options import PredictionOptions
from service.inference.predictions.responses import Predictions, respond
from service.inference.serving import Serving
from service.inference.surfaces import picture, surface
from service.jobs.queries import content_of, find, find_succeeded
from service.jobs.results.network import signature_of
from service.jobs.routes.jobs import JobId

PNG = "image/png"
RESOLUTION = 100

router = api_router("predictions")


@router.get(
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


@router.post(
    "/jobs/{job_id}/predictions",
    operation_id="predict_with_job",
    response_model=Predictions,
    responses={200: {"content": ANSWERED_LINES}, **problems(404, 409, 413, 415)},
    openapi_extra={"requestBody": REQUEST_BODY},
)
async def predict(
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


@router.get(
    "/jobs/{job_id}/decision-surface",
    operation_id="get_job_decision_surface",
    response_model=surface.DecisionSurface,
    responses={200: {"content": {PNG: {"schema": {"type": "string", "format": "binary"}}}}, **problems(404, 409)},
)
def get_decision_surface(
    job_id: JobId,
    request: Request,
    session: Reading,
    owner: Owner,
    networks: CurrentNetworks,
    resolution: Annotated[
        int | None, Query(ge=2, le=400, description="Points of an edge, 100 without; recorded surfaces have their own.")
    ] = None,
    epoch: Annotated[
        int | None, Query(ge=0, le=10**9, description="Show the recorded surface nearest to this epoch.")
    ] = None,
) -> Response:
    """What the network answers over the plane of its two features.

    Without `epoch` that is the trained network, or the last recorded surface of a job that has not ended.
    """
    if epoch is not None and resolution is not None:
        raise Invalid.of(
            [RequestViolation("", "recorded surfaces have a resolution of their own", parameter="resolution")]
        )
    row = find(session, owner, job_id)
    succeeded = row.status == JobStatus.SUCCEEDED
    signature = signature_of(session, row) if succeeded else Signature.of(parse(row.spec))
    if signature.n_features != 2:
        raise NotAvailable(f"A decision surface needs data of 2 features; these have {signature.n_features}.")
    data = stored_rows(content_of(session, row, "predictions")) if succeeded else None
    if data is not None and epoch is None:
        network = network_of(session, networks, row)
        shown = surface.ask(network, data.features, row.epoch, resolution or RESOLUTION)
    else:
        shown = surface.recorded(session, row, epoch)
    headers = {"Vary": "Accept"}
    if request.state.media_type == PNG:
        return Response(picture.draw(shown, signature, data), media_type=PNG, headers=headers)
    return JsonResponse(surface.document(row.id, shown, signature), headers=headers)
