"""Serves what a succeeded job has left: summary, evaluation, receipt, weights, files of its network."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from models.signature import Scores
from service.errors import Invalid, RequestViolation
from service.http.conditional import not_modified
from service.http.dependencies import Owner, Reading
from service.http.openapi import problems
from service.http.routing import api_router
from service.jobs.queries import content_of, find, find_succeeded
from service.jobs.results.formats import Format, file_of
from service.jobs.results.summary import Evaluation, Summary, evaluation_of, summary_of
from service.jobs.results.weights import Weights, summarise
from service.jobs.routes.jobs import JobId

router = api_router("results")

LASTING = "private, max-age=31536000, immutable"
BINARY = {"schema": {"type": "string", "format": "binary"}}


class Receipt(BaseModel):
    """Everything that decides a job's result, and how long its phases took."""

    model_config = ConfigDict(extra="allow")

    job_id: str
    spec_hash: str
    seed: int
    data: Annotated[dict[str, Any], Field(description="Digest of the rows as the network read them, counts.")]
    scores: Annotated[
        Scores | None,
        Field(
            description=(
                "How the network's output is read, by predictions, matrix, decisions and diagnosis alike; null for "
                "trainings of versions that did not say it. One output above `threshold` means the second class; "
                "without a threshold the largest output decides. `link` makes probabilities of logits."
            )
        ),
    ] = None
    versions: dict[str, str]
    threads: int
    timings: Annotated[dict[str, float], Field(description="Seconds by phase.")]
    weights_digest: str


@router.get("/jobs/{job_id}/summary", operation_id="get_job_summary", response_model=Summary, responses=problems(404))
def get_summary(job_id: JobId, session: Reading, owner: Owner) -> Summary:
    """The layers of the network."""
    return summary_of(find(session, owner, job_id))


@router.get(
    "/jobs/{job_id}/evaluation",
    operation_id="get_job_evaluation",
    response_model=Evaluation,
    responses=problems(404, 409),
)
def get_evaluation(job_id: JobId, session: Reading, owner: Owner) -> Evaluation:
    """How well the trained network does."""
    return evaluation_of(find_succeeded(session, owner, job_id))


@router.get(
    "/jobs/{job_id}/receipt", operation_id="get_job_receipt", response_model=Receipt, responses=problems(404, 409)
)
def get_receipt(job_id: JobId, session: Reading, owner: Owner) -> Receipt:
    """All that decides the result, so that it can be repeated."""
    row = find_succeeded(session, owner, job_id)
    assert row.result is not None
    digest = row.result["weights_digest"]
    return Receipt.model_validate({**(row.receipt or {}), "job_id": row.id, "weights_digest": digest})


@router.get(
    "/jobs/{job_id}/weights", operation_id="get_job_weights", response_model=Weights, responses=problems(404, 409)
)
def get_weights(job_id: JobId, session: Reading, owner: Owner) -> Weights:
    """The trained weights in numbers."""
    row = find_succeeded(session, owner, job_id)
    return summarise(row.id, content_of(session, row, "weights"))


@router.get(
    "/jobs/{job_id}/model",
    operation_id="download_job_model",
    response_class=Response,
    responses={
        200: {
            "description": "The file.",
            "content": dict.fromkeys(("application/octet-stream", "application/zip", "text/x-python"), BINARY),
        },
        304: {"description": "The client holds it already."},
        **problems(404, 409),
    },
)
def get_model(
    job_id: JobId,
    request: Request,
    session: Reading,
    owner: Owner,
    wanted: Annotated[str, Query(alias="format", description=f"One of {', '.join(Format)}.")] = Format.KERAS,
) -> Response:
    """Download the trained network.

    `keras`, `tflite` and `safetensors` have been made when the training ended, and read rows behind the scaler. `onnx`
    and `saved_model` (a zip archive of the folder, with the weights as constants) are made when asked for; they read
    raw rows, `features` in float64, and scale them themselves, unless the scaler is no straight line (quantile, power):
    then their input is called `scaled`. All answer with the network's own outputs. `python` is a plain Keras script
    that repeats the job.
    """
    if wanted not in list(Format):
        detail = f"there is no {wanted!r}; available: {', '.join(Format)}"
        raise Invalid.of([RequestViolation("", detail, parameter="format")])
    row = find_succeeded(session, owner, job_id)
    file = file_of(session, row, Format(wanted))
    headers = {"ETag": f'"{file.digest}"', "Cache-Control": LASTING if file.lasting else "private, no-cache"}
    if not_modified(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return Response(file.content, media_type=file.media_type, headers=headers)
