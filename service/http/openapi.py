"""Builds the OpenAPI document: what FastAPI derives from the operations, with every error as a problem."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from service.http.dependencies import scopes_asked
from service.http.problems import MEDIA_TYPE, PROTOCOLS, Problem
from service.http.scopes import OPEN, Scope

Responses = dict[int | str, dict[str, Any]]
Document = dict[str, Any]

EVERYWHERE = (406, 422, 500, 503)
WITH_BODY = (400, 413, 415)
OF_PROTOCOLS = (404, 500, 503)  # which know no 422, and answer in one form only
DESCRIPTION = """
Trains deep feed-forward Keras networks from a JSON spec, watches their gradients while they learn, says in numbers and
words what is wrong and what would cure it, and serves predictions.

Callers are known by a key, as `Authorization: Bearer …` or in `X-API-Key`; a service that has none yet takes every
caller on its own machine for an operator. Each caller sees the rows of its key's owner, and no others.

Errors are `application/problem+json` (RFC 9457); a number that is not finite is `null`, and listed in `non_finite`
beside it; an unknown member of a body or query parameter is refused. Every answer has an `X-Request-Id`, the client's
own where it sent one; the service's log names it.
"""
TAGS = [
    {"name": "jobs", "description": "Queued trainings, from submission to their end."},
    {"name": "results", "description": "What a training has recorded and left."},
    {"name": "diagnosis", "description": "What is wrong with a training, and what would cure it."},
    {"name": "predictions", "description": "What a trained network says."},
    {"name": "models", "description": "Names, versions and aliases for the networks that jobs have left."},
    {
        "name": "open inference protocol",
        "description": "KServe's V2 protocol with Triton's extensions: binary tensors, compression, classification, "
        "model repository, statistics. Errors also carry `error`.",
    },
    {
        "name": "tensorflow serving",
        "description": "The REST protocol of TensorFlow Serving, KServe's V1. Errors also carry `error`.",
    },
    {"name": "comparisons", "description": "Specs beside each other, each trained with the same seeds."},
    {"name": "trials", "description": "Whether what is advised cures: patches, retrained beside the job and controls."},
    {"name": "assignments", "description": "What a teacher asks, and by what it is marked."},
    {"name": "submissions", "description": "Specs that are trained on hidden data with hidden seeds, and marked."},
    {"name": "preflights", "description": "What an untrained network will do, over many random starts."},
    {"name": "specs", "description": "Checking specs, and specs to start from."},
    {"name": "catalog", "description": "Everything that a spec can name, with its schema, text and curves."},
    {"name": "keys", "description": "Who may call, and as whom."},
    {"name": "operations", "description": "Whether the service is well."},
]

SCHEMES: Document = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A key's secret."},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "A key's secret."},
}


def problems(*statuses: int) -> Responses:
    """The documentation of problems that an operation may answer, beside those that all may."""
    return {status: {"description": HTTPStatus(status).phrase} for status in statuses}


def install(app: FastAPI) -> None:
    """Have ``app`` build its document here; that is done when it is first asked for."""

    def openapi() -> Document:
        if app.openapi_schema is None:
            app.openapi_schema = describe(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def describe(app: FastAPI) -> Document:
    """Build the document."""
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
    document["components"]["securitySchemes"] = SCHEMES
    document["security"] = [{name: []} for name in SCHEMES]
    scopes = _scopes(app)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _describe_callers(operation, path in OPEN, scopes.get((method, path)))
            _describe_problems(path, operation)
    return document


def _scopes(app: FastAPI) -> dict[tuple[str, str], Scope]:
    """The scopes that operations ask for, by method and path."""
    found: dict[tuple[str, str], Scope] = {}
    for route in iter_route_contexts(app.routes):
        scopes = list(scopes_asked(route.dependant)) if hasattr(route, "dependant") else []
        if scopes and route.path_format is not None:
            greatest = max(scopes, key=lambda scope: scope.rank)
            found |= {(method.lower(), route.path_format): greatest for method in route.methods or ()}
    return found


def _describe_callers(operation: Document, is_open: bool, scope: Scope | None) -> None:
    if is_open:
        operation["security"] = []
        return
    operation["responses"].setdefault("401", {})
    if scope is not None:
        operation["responses"].setdefault("403", {})
        operation["description"] = f"{operation['description']}\n\nNeeds a key of scope `{scope}`."


def _describe_problems(path: str, operation: Document) -> None:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    responses: Document = operation["responses"]
    of_protocol = PROTOCOLS.match(path) is not None
    everywhere = OF_PROTOCOLS if of_protocol else EVERYWHERE
    possible = (*everywhere, *WITH_BODY) if "requestBody" in operation else everywhere
    if of_protocol:
        responses.pop("422", None)
    for status in possible:
        responses.setdefault(str(status), {})
    for text, response in responses.items():
        if int(text) >= HTTPStatus.BAD_REQUEST:
            response |= {"description": HTTPStatus(int(text)).phrase, "content": content}
    operation["responses"] = dict(sorted(responses.items()))
