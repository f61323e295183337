"""Traces requests and attempts by OpenTelemetry, where the standard ``OTEL_*`` variables ask for it.

A job is one trace, from the request that submits it to the end of its last attempt: the request's span waits in the row
(``traceparent``, as W3C Trace Context writes it) and is the parent of the spans of the attempts. :mod:`.spans` is what
the rest of the service calls; it does nothing where nothing is configured, and only :mod:`.provider` imports the
libraries of the extra ``telemetry``.
"""
