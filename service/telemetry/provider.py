"""Makes and exports spans with OpenTelemetry; imported only when traces are asked for."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import entry_points

from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import SpanKind, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from sqlalchemy import Engine

from service.telemetry.statements import Statements

logger = logging.getLogger(__name__)

EXPORTERS = "opentelemetry_traces_exporter"  # under which packages announce theirs
OTLP = {"http/protobuf": "otlp_proto_http", "grpc": "otlp_proto_grpc"}
PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
W3C = TraceContextTextMapPropagator()


class Tracing:
    """The traces of one process.

    Args:
        provider: what becomes of its spans.
    """

    def __init__(self, provider: TracerProvider) -> None:
        self.provider = provider
        self._tracer: Tracer = provider.get_tracer("gradient-clinic")

    def observe(self, engine: Engine) -> None:
        """Trace the statements of an engine that belong to a request or an attempt."""
        Statements(self._tracer, engine)

    def traceparent(self) -> str | None:
        """The current span as W3C Trace Context writes it."""
        carrier: dict[str, str] = {}
        W3C.inject(carrier)
        return carrier.get("traceparent")

    @contextmanager
    def attempt(self, name: str, number: int, parent: str | None) -> Iterator[None]:
        """Open a span for an attempt, beneath ``parent``; an exception that leaves it is recorded."""
        above = W3C.extract({} if parent is None else {"traceparent": parent}, Context())
        attributes: dict[str, str | int] = {"clinic.job_id": name, "clinic.attempt": number}
        with self._tracer.start_as_current_span("attempt", above, SpanKind.CONSUMER, attributes):
            yield

    def close(self) -> None:
        """Export the spans that are left."""
        self.provider.shutdown()


def provider(service: str, exporters: Sequence[str]) -> TracerProvider:
    """Make a provider with these exporters; its sampler, limits and attributes are the environment's.

    Args:
        service: the name of the process's kind, unless ``OTEL_SERVICE_NAME`` gives another.
        exporters: names as in ``OTEL_TRACES_EXPORTER``; one that is not installed is left out with a warning.
    """
    named = {} if "OTEL_SERVICE_NAME" in os.environ else {"service.name": service}
    made = TracerProvider(resource=Resource.create(named))
    for name in exporters:
        exporter = _exporter(name)
        if exporter is not None:
            made.add_span_processor(BatchSpanProcessor(exporter))
    return made


def _exporter(name: str) -> SpanExporter | None:
    protocol = next((os.environ[variable] for variable in PROTOCOLS if os.environ.get(variable)), "http/protobuf")
    entry = OTLP.get(protocol, protocol) if name == "otlp" else name
    for found in entry_points(group=EXPORTERS, name=entry):
        exporter: SpanExporter = found.load()()
        return exporter
    logger.warning("traces are not exported to %s: no package that is installed provides %s", name, entry)
    return None
