"""Configures a process's log: text for people, or one JSON object a line for programs."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from service.settings import Settings
from service.telemetry import spans

TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
MEMBERS = (
    "request_id",
    "trace_id",
    "job_id",
    "key_id",
    "method",
    "path",
    "status",
    "seconds",
)  # of a record that has them

CONTROLS = (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029)
ESCAPES = {code: chr(code).encode("unicode_escape").decode() for code in CONTROLS if chr(code) != "\t"}

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)  # the request that is being answered
job_id: ContextVar[str | None] = ContextVar("job_id", default=None)  # the job, or preflight, that is being worked on


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON in ASCII alone: nothing that a client sends can begin another line.

    ``time``, ``level``, ``logger`` and ``message`` are always there; ``exception`` and what :data:`MEMBERS` names
    where there is one.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        document: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        known = {"request_id": request_id.get(), "trace_id": spans.trace_id(), "job_id": job_id.get()}
        known |= vars(record)
        document |= {name: known[name] for name in MEMBERS if known.get(name) is not None}
        if record.exc_info:
            document["exception"] = self.formatException(record.exc_info)
        return json.dumps(document, default=str)


class TextFormatter(logging.Formatter):
    """Formats a record as one line of text; lines that follow it, such as a traceback's, are indented.

    Control characters are escaped: nothing that a client sends can begin a line that looks like a record, or command
    the terminal that shows it.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        """The line itself."""
        return super().formatMessage(record).translate(ESCAPES)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the library's name
        """The traceback, indented."""
        lines = super().formatException(ei).split("\n")
        return "\n".join("  " + line.translate(ESCAPES) for line in lines)


@contextmanager
def about(name: str) -> Iterator[None]:
    """Log everything in the block, in this thread, with the id of this job."""
    before = job_id.set(name)
    try:
        yield
    finally:
        job_id.reset(before)


def configure(settings: Settings) -> None:
    """Write everything that this process logs, its libraries included, to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if settings.log_format == "json" else TextFormatter(TEXT))
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    # DBOS gives its logger a handler of its own, unless there is one.
    logging.getLogger("dbos").addHandler(logging.NullHandler())
