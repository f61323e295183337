"""Serves the metrics in Prometheus's text format."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from service.http.dependencies import requires
from service.http.scopes import Scope
from service.monitoring.collector import WorkCollector
from service.telemetry.traffic import Traffic

router = APIRouter(tags=["operations"])


def get_work(request: Request) -> WorkCollector:
    """Get the collector of the metrics that are in the database."""
    work: WorkCollector = request.app.state.work_collector
    return work


async def get_traffic(request: Request) -> Traffic:
    """Get the counters of this process."""
    traffic: Traffic = request.app.state.traffic
    return traffic


@router.get(
    "/metrics",
    operation_id="get_metrics",
    response_class=PlainTextResponse,
    dependencies=[requires(Scope.OPERATOR)],
)
def metrics(
    work: Annotated[WorkCollector, Depends(get_work)], traffic: Annotated[Traffic, Depends(get_traffic)]
) -> PlainTextResponse:
    """Everything that is counted, in Prometheus's text format.

    `clinic_http_*`, `clinic_prediction_seconds` and `process_*` are of the process that answers; everything else is of
    the database, and the same from every process: of several, take one.
    """
    text = generate_latest(work) + generate_latest(traffic.registry)
    return PlainTextResponse(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)
