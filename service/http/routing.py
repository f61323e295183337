"""Routes of the API: bodies are read strictly, unknown parameters are refused, the media type is negotiated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from email.message import Message
from typing import Any, get_args, get_origin

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response, params
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel

from models.violation import Violation
from service.errors import Invalid, RequestViolation, WrongMediaType
from service.http.dependencies import refuse_smaller_scope, scopes_asked
from service.http.json import read
from service.http.negotiation import negotiate

JSON = "application/json"
PREFIX = "/api/v1"
LARGE = 2**16  # bytes of a body beyond which reading it would keep other requests waiting

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class StrictRequest(Request):
    """A request whose body has been read strictly."""

    document: Any = None

    async def json(self) -> Any:
        """The document that the body holds."""
        return self.document


class Route(APIRoute):
    """An operation of the API.

    The forms in which it answers are those that its documentation names for status 200; the one that the client
    prefers is in ``request.state.media_type``.
    """

    def get_route_handler(self) -> Handler:
        """Check the request before FastAPI sees it."""
        handle = super().get_route_handler()
        known = dict(_query_parameters(self.dependant))
        scope = max(scopes_asked(self.dependant), key=lambda scope: scope.rank, default=None)
        offered = _forms(self)
        body = self.body_field
        reads_json = body is not None and not isinstance(body.field_info, params.Form | params.File)
        body_needed = body is not None and bool(body.field_info.is_required())

        async def checked(request: Request) -> Response:
            if scope is not None:
                refuse_smaller_scope(request, scope)  # before a body is read
            _refuse_parameters(request, known)
            request.state.media_type = negotiate(request.headers.get("accept"), offered)
            if not reads_json:
                return await handle(request)
            strict = StrictRequest(request.scope, request.receive)
            raw = await strict.body()
            if raw or body_needed:
                _refuse_other_types(request.headers.get("content-type"))
                large = len(raw) > LARGE
                strict.document, violations = await run_sync(read, raw) if large else read(raw)
                if violations:
                    return self.refuse(violations)
            return await handle(strict)

        return checked

    def refuse(self, violations: list[Violation]) -> Response:
        """Answer a body that can be read, but is no clean JSON."""
        raise Invalid.of(violations)


def api_router(tag: str, route_class: type[Route] = Route) -> APIRouter:
    """A router for operations under ``/api/v1`` that belong to ``tag``."""
    return APIRouter(prefix=PREFIX, tags=[tag], route_class=route_class)


def _query_parameters(dependant: Dependant) -> Iterator[tuple[str, bool]]:
    """The query parameters that an operation and what it depends on know, and whether each may be repeated."""
    for field in dependant.query_params:
        model = field.field_info.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            for name, member in model.model_fields.items():
                yield member.alias or name, _is_list(member.annotation)
        else:
            yield field.alias, _is_list(model)
    for below in dependant.dependencies:
        yield from _query_parameters(below)


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) is list or any(map(_is_list, get_args(annotation)))


def _forms(route: APIRoute) -> list[str]:
    documented = route.responses.get(200, {}).get("content", {})
    return list(dict.fromkeys([JSON, *documented]))


def _refuse_parameters(request: Request, known: dict[str, bool]) -> None:
    """Refuse query parameters that are not known, and those that are repeated although they have one value."""
    violations: list[Violation] = []
    for name, count in sorted(Counter(name for name, _ in request.query_params.multi_items()).items()):
        if name not in known:
            hint = f"known: {', '.join(sorted(known))}" if known else "there are none here"
            violations.append(RequestViolation("", f"unknown query parameter ({hint})", parameter=name))
        elif count > 1 and not known[name]:
            detail = f"is given {count} times, and has one value"
            violations.append(RequestViolation("", detail, parameter=name))
    if violations:
        raise Invalid.of(violations)


def _refuse_other_types(content_type: str | None) -> None:
    header = Message()
    header["content-type"] = content_type or "none"
    subtype = header.get_content_subtype()
    if header.get_content_maintype() != "application" or not (subtype == "json" or subtype.endswith("+json")):
        raise WrongMediaType(f"The body must be {JSON}, received Content-Type {content_type!r}.")
    charset = header.get_content_charset("utf-8")
    if charset not in {"utf-8", "utf8", "us-ascii"}:
        raise WrongMediaType(f"JSON is UTF-8, received charset {charset!r}.")
