"""Serves the decision surface of a job's network, as numbers or as a PNG."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response

from models.signature import Signature
from models.specs.check import read_stored
from service.database.job_states import JobStatus
from service.errors import Invalid, NotAvailable, RequestViolation
from service.http.dependencies import Owner, Reading
from service.http.json import JsonResponse
from service.http.openapi import problems
from service.http.routing import api_router
from service.inference.dependencies import CurrentNetworks
from service.inference.networks.cache import network_of
from service.inference.predictions.job_predictions import stored_rows
from service.inference.surfaces import picture, surface
from service.inference.surfaces.schemas import DecisionSurface
from service.jobs.queries import content_of, find
from service.jobs.results.network import signature_of
from service.jobs.routes.jobs import JobId

PNG = "image/png"
RESOLUTION = 100

router = api_router("predictions")


@router.get(
    "/jobs/{job_id}/decision-surface",
    operation_id="get_job_decision_surface",
    response_model=DecisionSurface,
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
    signature = signature_of(session, row) if succeeded else Signature.of(read_stored(row.spec))
    if signature.n_features != 2:
        raise NotAvailable(f"A decision surface needs data of 2 features; these have {signature.n_features}.")
    data = stored_rows(content_of(session, row, "predictions")) if succeeded else None
    if data is not None and epoch is None:
        network = network_of(session, networks, row)
        shown = surface.evaluate(network, data.features, row.epoch, resolution or RESOLUTION)
    else:
        shown = surface.recorded(session, row, epoch)
    headers = {"Vary": "Accept"}
    if request.state.media_type == PNG:
        return Response(picture.draw(shown, signature, data), media_type=PNG, headers=headers)
    return JsonResponse(surface.document(row.id, shown, signature), headers=headers)
