"""Serves what was recorded while a job trained: history and trace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import Query, Request, Response

from service.http.dependencies import Owner, Reading
from service.http.json import JsonResponse
from service.http.openapi import problems
from service.http.routing import api_router
from service.jobs.queries import find
from service.jobs.results import history, trace
from service.jobs.routes.jobs import JobId

CSV = "text/csv"

MaxPoints = Annotated[
    int | None, Query(ge=2, le=100_000, description="At most so many epochs, chosen so that curves keep their shape.")
]
Names = Annotated[list[str] | None, Query(description="Only these; repeated, or separated by commas.")]

router = api_router("results")


@router.get(
    "/jobs/{job_id}/history",
    operation_id="get_job_history",
    response_model=history.History,
    responses={200: {"content": {CSV: {"schema": {"type": "string"}}}}, **problems(404)},
)
def get_history(
    job_id: JobId,
    request: Request,
    session: Reading,
    owner: Owner,
    metrics: Names = None,
    max_points: MaxPoints = None,
) -> Response:
    """Metrics by epoch, also while the job runs."""
    row = find(session, owner, job_id)
    columns = history.select_metrics(history.load(session, row.id), _names(metrics))
    headers = {"Vary": "Accept"}
    if request.state.media_type == CSV:
        return Response(history.as_csv(columns, max_points), media_type=CSV, headers=headers)
    return JsonResponse(history.document(row.id, columns, max_points), headers=headers)


@router.get(
    "/jobs/{job_id}/gradients",
    operation_id="get_job_gradients",
    response_model=trace.Gradients,
    responses=problems(404),
)
def get_gradients(
    job_id: JobId,
    session: Reading,
    owner: Owner,
    quantities: Names = None,
    layers: Names = None,
    max_points: MaxPoints = None,
) -> Response:
    """Measured quantities by epoch and layer, also while the job runs."""
    row = find(session, owner, job_id)
    selection = trace.Selection(_names(quantities), _names(layers), max_points)
    return JsonResponse(trace.document(row.id, trace.load(session, row), selection))


def _names(texts: Sequence[str] | None) -> list[str]:
    names = (name.strip() for text in texts or () for name in text.split(","))
    return list(dict.fromkeys(name for name in names if name))
