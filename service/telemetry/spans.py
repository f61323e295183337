"""Traces what happens beside requests, where traces are configured: database statements and attempts."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Engine

if TYPE_CHECKING:
    from service.telemetry.provider import Tracing

logger = logging.getLogger(__name__)

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

_tracing: Tracing | None = None  # of this process


def wanted(environment: Mapping[str, str]) -> list[str]:
    """The names of the exporters that the environment asks for; none where it does not ask for traces.

    Example:
        >>> wanted({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"})
        ['otlp']
        >>> wanted({"OTEL_TRACES_EXPORTER": "console"}), wanted({"OTEL_TRACES_EXPORTER": "none"}), wanted({})
        (['console'], [], [])
    """
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return []
    named = environment.get("OTEL_TRACES_EXPORTER", "").strip()
    if not named:
        return ["otlp"] if any(environment.get(name) for name in ENDPOINTS) else []
    return [name.strip() for name in named.split(",") if name.strip() != "none"]


def configure(service: str) -> None:
    """Begin to trace this process, where the environment asks for it.

    Args:
        service: the name of the process's kind, unless ``OTEL_SERVICE_NAME`` gives another.
    """
    exporters = wanted(os.environ)
    if not exporters:
        return
    try:
        from service.telemetry.provider import Tracing, provider
    except ImportError as error:
        logger.warning("traces are asked for, but not possible without the extra gradient-clinic[telemetry]: %s", error)
        return
    begin(Tracing(provider(service, exporters)))


def begin(tracing: Tracing) -> None:
    """Trace this process."""
    global _tracing  # noqa: PLW0603 - one for the process, as its log is
    _tracing = tracing


def end() -> None:
    """Stop tracing; all spans are exported before this returns."""
    global _tracing
    tracing, _tracing = _tracing, None
    if tracing is not None:
        tracing.close()


def current() -> Tracing | None:
    """The traces of this process, if it is traced."""
    return _tracing


def observe(engine: Engine) -> None:
    """Trace the statements of requests and attempts."""
    if _tracing is not None:
        _tracing.observe(engine)


def traceparent() -> str | None:
    """The current trace context, with which another process continues the trace; None outside of one."""
    return None if _tracing is None else _tracing.traceparent()


def trace_id() -> str | None:
    """The id of the current trace; None outside of one."""
    here = traceparent()
    return None if here is None else here.split("-")[1]


@contextmanager
def attempt(name: str, number: int, parent: str | None) -> Iterator[None]:
    """Open a span for an attempt.

    Args:
        name: of the job or preflight.
        number: of the attempt.
        parent: the ``traceparent`` of the request that asked for it, if that was traced.
    """
    if _tracing is None:
        yield
        return
    with _tracing.attempt(name, number, parent):
        yield
