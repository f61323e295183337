"""Requests as spans, where traces are configured."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from fastapi.telemetry import TelemetryConfig

from service.telemetry import spans

UNTRACED = frozenset({"/livez", "/readyz", "/metrics"})  # asked all the time


def telemetry() -> TelemetryConfig:
    """What FastAPI tells OpenTelemetry: a span of each request, to the provider of this process, or nothing."""
    tracing = spans.current()
    return {
        "tracing": tracing is not None,
        "tracer_provider": None if tracing is None else tracing.provider,
        "metrics": False,
        "logs": False,
        "operation_spans": False,
        "auto_configure": False,
        "exclude": _is_untraced,
    }


def _is_untraced(scope: MutableMapping[str, Any]) -> bool:
    return scope["path"] in UNTRACED
