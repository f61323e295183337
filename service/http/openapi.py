"""The OpenAPI document: what FastAPI derives from the operations, with every error as a problem."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from service.http.problems import MEDIA_TYPE, Problem

Responses = dict[int | str, dict[str, Any]]
Document = dict[str, Any]

EVERYWHERE = (406, 422, 500, 503)
WITH_BODY = (400, 413, 415)
DESCRIPTION = """
Trains deep feed-forward Keras networks from a JSON spec, watches their gradients while they learn, says in numbers and
words what is wrong and what would cure it, and serves predictions.

Errors are `application/problem+json` (RFC 9457); a number that is not finite is `null`, and listed in `non_finite`
beside it; an unknown member of a body or query parameter is refused. Every answer has an `X-Request-Id`, the client's
own where it sent one; the service's log names it.
"""
TAGS = [
    {"name": "jobs", "description": "Queued trainings, from submission to their end."},
    {"name": "results", "description": "What a training has recorded and left."},
    {"name": "diagnosis", "description": "What is wrong with a training, and what would cure it."},
    {"name": "predictions", "description": "What a trained network says."},
    {"name": "comparisons", "description": "Specs beside each other, each trained with the same seeds."},
    {"name": "trials", "description": "Whether what is advised cures: patches, retrained beside the job and controls."},
    {"name": "preflights", "description": "What an untrained network will do, over many random starts."},
    {"name": "specs", "description": "Checking specs, and specs to start from."},
    {"name": "catalog", "description": "Everything that a spec can name, with its schema, text and curves."},
    {"name": "operations", "description": "Whether the service is well."},
]


def problems(*statuses: int) -> Responses:
    """The documentation of problems that an operation may answer, beside those that all may."""
    return {status: {"description": HTTPStatus(status).phrase} for status in statuses}


def install(app: FastAPI) -> None:
    """Have ``app`` describe itself so; the document is made when it is first asked for."""

    def openapi() -> Document:
        if app.openapi_schema is None:
            app.openapi_schema = describe(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def describe(app: FastAPI) -> Document:
    """The document."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
        separate_input_output_schemas=False,
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    for operations in document["paths"].values():
        for operation in operations.values():
            _describe_problems(operation)
    return document


def _describe_problems(operation: Document) -> None:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    responses: Document = operation["responses"]
    possible = (*EVERYWHERE, *WITH_BODY) if "requestBody" in operation else EVERYWHERE
    for status in possible:
        responses.setdefault(str(status), {})
    for text, response in responses.items():
        if int(text) >= HTTPStatus.BAD_REQUEST:
            response |= {"description": HTTPStatus(int(text)).phrase, "content": content}
    operation["responses"] = dict(sorted(responses.items()))
