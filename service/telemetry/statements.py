"""Traces database statements as spans."""

from __future__ import annotations

from typing import Any

from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, get_current_span
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext

OPEN = "clinic_span"  # under which a connection keeps the span of the statement that it executes


class Statements:
    """Makes a span of every statement beneath another span.

    What belongs to no request and no attempt makes none: an agent looks into its queue all the time. Values are left
    out, the statement's text has placeholders.

    Args:
        tracer: makes the spans.
        engine: the database.
    """

    def __init__(self, tracer: Tracer, engine: Engine) -> None:
        self._tracer = tracer
        self._system = engine.dialect.name
        event.listen(engine, "before_cursor_execute", self._begin)
        event.listen(engine, "after_cursor_execute", self._end)
        event.listen(engine, "handle_error", self._fail)

    def _begin(self, connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        if get_current_span().is_recording():
            verb = statement.split(maxsplit=1)[0].upper()
            attributes = {"db.system.name": self._system, "db.operation.name": verb, "db.query.text": statement}
            connection.info[OPEN] = self._tracer.start_span(verb, kind=SpanKind.CLIENT, attributes=attributes)

    def _end(self, connection: Connection, *_rest: Any) -> None:
        span: Span | None = connection.info.pop(OPEN, None)
        if span is not None:
            span.end()

    def _fail(self, failure: ExceptionContext) -> None:
        span: Span | None = None if failure.connection is None else failure.connection.info.pop(OPEN, None)
        if span is not None:
            span.record_exception(failure.original_exception)
            span.set_status(Status(StatusCode.ERROR))
            span.end()
