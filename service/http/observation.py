"""Observes every request from its arrival to its answer: gives it an id, counts, logs and traces it."""

from __future__ import annotations

import logging
import re
from collections.abc import MutableMapping
from time import perf_counter
from typing import Any

from fastapi.telemetry import TelemetryConfig
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils import uuid7

from service.telemetry import logs, spans
from service.telemetry.traffic import Traffic

logger = logging.getLogger(__name__)

HEADER = "X-Request-Id"
SANE = re.compile(r"[A-Za-z0-9._-]{1,128}")  # what of a client's name for its request goes into logs and headers
UNTRACED = frozenset({"/livez", "/readyz", "/metrics"})  # polled all the time
# Of every answer: it is what it says it is, no frame of another page shows it, and no other site learns its address.
SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
}
RAW_SECURITY = [(name.lower().encode(), value.encode()) for name, value in SECURITY.items()]
FAILED = 500  # the status of a request that ends in an exception


class Observation:
    """Middleware: gives each request its id, counts its answer by route, method and status, and logs it.

    Args:
        app: what answers.
        traffic: the counters.
    """

    def __init__(self, app: ASGIApp, traffic: Traffic) -> None:
        self.app = app
        self.traffic = traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; its answer is complete with ``X-Request-Id`` and the headers of :data:`SECURITY`."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = perf_counter()
        name = name_of(Headers(scope=scope))
        # Never reset: the server's own words about a request that failed come after this, in the same task.
        logs.request_id.set(name)
        status: int | None = None

        async def seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = name
                message["headers"].extend(RAW_SECURITY)
                status = message["status"]
                self._answered(scope, status, perf_counter() - began)
            await send(message)

        try:
            await self.app(scope, receive, seen)
        except Exception:
            if status is None:
                self._answered(scope, FAILED, perf_counter() - began)
            raise

    def _answered(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", None)
        method, path = scope["method"], scope["path"]
        self.traffic.answered(route, method, status, seconds)
        if logger.isEnabledFor(logging.INFO):
            members = {
                "method": method,
                "path": path,
                "status": status,
                "seconds": round(seconds, 6),
                "job_id": scope.get("path_params", {}).get("job_id"),
                "key_id": getattr(scope.get("state", {}).get("caller"), "key_id", None),
            }
            logger.info("%s %s: %d in %.1f ms", method, path, status, 1000 * seconds, extra=members)


def name_of(headers: Headers) -> str:
    """The client's own id for its request where it is sane, else a new one."""
    given = headers.get(HEADER, "")
    return given if SANE.fullmatch(given) else uuid7().hex


def tracing() -> TelemetryConfig:
    """Configure FastAPI to trace each request by the provider of this process, if it has one."""
    current = spans.current()
    return {
        "tracing": current is not None,
        "tracer_provider": None if current is None else current.provider,
        "metrics": False,
        "logs": False,
        "operation_spans": False,
        "auto_configure": False,
        "exclude": _is_untraced,
    }


def _is_untraced(scope: MutableMapping[str, Any]) -> bool:
    return scope["path"] in UNTRACED
