"""Answers every error as an RFC 9457 problem: the one place where a domain error gets its status."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from models.violation import Violation
from service import errors
from service.database.outages import is_outage
from service.errors import ClinicError, QuotaExceeded, RequestViolation, Unauthenticated
from service.http.json import JsonResponse
from service.http.observation import HEADER, SECURITY
from service.http.violations import violations_of
from service.telemetry import logs

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:gradient-clinic:problem:"
PROTOCOLS = re.compile(r"/v[12](?:/|$)")  # paths of protocols that others have written: their clients read "error"
METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")

STATUS: dict[type[ClinicError], HTTPStatus] = {
    errors.Unreadable: HTTPStatus.BAD_REQUEST,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.NotAcceptable: HTTPStatus.NOT_ACCEPTABLE,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.Changed: HTTPStatus.PRECONDITION_FAILED,
    errors.Unconditional: HTTPStatus.PRECONDITION_REQUIRED,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.WrongMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.QuotaExceeded: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    ClinicError: HTTPStatus.INTERNAL_SERVER_ERROR,
}

EXAMPLE: dict[str, Any] = {
    "type": f"{TYPE_PREFIX}invalid_spec",
    "title": "The spec cannot train",
    "status": 422,
    "detail": "/training/epochs: must be at least 1, got 0",
    "instance": "/api/v1/jobs",
    "errors": [{"pointer": "/training/epochs", "detail": "must be at least 1, got 0"}],
}


class Problem(BaseModel):
    """Problem details for HTTP APIs (RFC 9457)."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    type: Annotated[str, Field(examples=[f"{TYPE_PREFIX}not_found"])]
    title: str
    status: int
    detail: str
    instance: Annotated[str, Field(description="The path of the request.")]
    errors: list[RequestViolation]


def problem(
    instance: str, error: ClinicError, status: HTTPStatus | None = None, headers: dict[str, str] | None = None
) -> Response:
    """Build the answer for ``error``; its status is that of the nearest of its classes in :data:`STATUS`."""
    if status is None:
        status = next(STATUS[cls] for cls in type(error).__mro__ if cls in STATUS)
    headers = dict(headers or {})
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer error="invalid_token"' if error.presented else "Bearer"
    if isinstance(error, QuotaExceeded):
        headers["RateLimit"] = f'"{error.quota}";r={error.remaining};t={error.retry_after}'
    if PROTOCOLS.match(instance) and status in {HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.CONFLICT}:
        status = HTTPStatus.BAD_REQUEST
    content: dict[str, Any] = {
        "type": TYPE_PREFIX + error.type,
        "title": error.title,
        "status": status.value,
        "detail": error.detail,
        "instance": instance,
        "errors": [_document(violation) for violation in error.violations],
    }
    if PROTOCOLS.match(instance):
        content["error"] = error.detail
    return JsonResponse(content, status.value, headers, media_type=MEDIA_TYPE)


def _document(violation: Violation) -> dict[str, str]:
    document = {"pointer": violation.pointer, "detail": violation.detail}
    if isinstance(violation, RequestViolation) and violation.parameter is not None:
        document["parameter"] = violation.parameter
    return document


def install(app: FastAPI) -> None:
    """Have every error of ``app`` answered as a problem."""
    app.add_exception_handler(ClinicError, _clinic_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(SQLAlchemyError, _database_error)
    app.add_exception_handler(Exception, _unexpected_error)


def _clinic_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ClinicError)
    return problem(request.url.path, error)


def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return problem(request.url.path, errors.Invalid.of(violations_of(error)))


def _database_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, SQLAlchemyError)
    if not is_outage(error):
        raise error
    unreachable = errors.DatabaseUnreachable("The database cannot do its work just now; try again.", retry_after=2)
    return problem(request.url.path, unreachable)


def _unexpected_error(request: Request, _error: Exception) -> Response:
    # The server's log has the traceback; the client learns nothing of our insides.
    # This answer passes by the middleware that names requests.
    headers = {HEADER: logs.request_id.get() or "", "Connection": "close", **SECURITY}  # as the server does
    return problem(request.url.path, ClinicError("An error of ours; it has been logged."), headers=headers)


def _http_error(request: Request, error: Exception) -> Response:
    """Answer what Starlette and FastAPI raise themselves: no route, a wrong method, a static file that is not there."""
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    headers = dict(error.headers or {})
    detail = error.detail
    if status == HTTPStatus.NOT_FOUND:
        detail = f"There is nothing at {request.url.path}."
    elif status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_allowed(request))
        detail = f"{request.method} is not possible here; allowed: {headers['Allow']}."
    return problem(request.url.path, _plain(status)(detail), status, headers)


def _allowed(request: Request) -> list[str]:
    """The methods that this path knows, over all routes; those of a page where no route knows it."""
    app: FastAPI = request.app
    allowed = [
        method
        for method in METHODS
        if any(route.matches({**request.scope, "method": method})[0] == Match.FULL for route in app.routes)
    ]
    return allowed or ["GET", "HEAD"]


def _plain(status: HTTPStatus) -> type[ClinicError]:
    """The family of a status, or an error class that is named after it."""
    for family, own in STATUS.items():
        if own == status:
            return family
    name = status.phrase.lower().replace(" ", "_")
    return type("HttpError", (ClinicError,), {}, type=name, title=status.phrase)
