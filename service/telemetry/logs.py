"""Configures a process's log: text for people, or one JSON object a line for programs."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from service.settings import Settings
from service.telemetry import spans

logger = logging.getLogger(__name__)

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
# What C++ libraries tell about themselves: LiteRT's delegates, TensorFlow's options, absl's own start.
CHATTER = re.compile(r"INFO|I\d{4} |VERBOSE|WARNING: All log messages before absl")

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


class StandardError(logging.Handler):
    """Writes to what is standard error at that moment, which :func:`native_output_logged` changes."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record's line."""
        try:
            sys.stderr.write(f"{self.format(record)}\n")
            sys.stderr.flush()
        except Exception:  # noqa: BLE001 - what cannot be logged must not end what is logged
            self.handleError(record)


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
    handler = StandardError()
    handler.setFormatter(JsonFormatter() if settings.log_format == "json" else TextFormatter(TEXT))
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    # DBOS gives its logger a handler of its own, unless there is one.
    logging.getLogger("dbos").addHandler(logging.NullHandler())


@contextmanager
def native_output_logged() -> Iterator[None]:
    """Log what libraries write to file descriptor 2 past Python, such as LiteRT, for the time of the block.

    Python's own standard error, and with it the log, goes where it went.
    """
    before = sys.stderr
    before.flush()
    reading_end, writing_end = os.pipe()
    with os.fdopen(os.dup(2), "w", buffering=1, encoding="utf-8", errors="backslashreplace") as own:
        reader = threading.Thread(target=_log_lines, args=(reading_end,), name="native-output", daemon=True)
        os.dup2(writing_end, 2)
        os.close(writing_end)
        sys.stderr = own
        reader.start()
        try:
            yield
        finally:
            own.flush()
            os.dup2(own.fileno(), 2)  # that was the last writing end, so the reader ends
            reader.join(1)
            sys.stderr = before


def _log_lines(descriptor: int) -> None:
    with os.fdopen(descriptor, encoding="utf-8", errors="backslashreplace") as lines:
        for line in lines:
            text = line.rstrip()
            logger.log(logging.DEBUG if CHATTER.match(text) else logging.WARNING, "%s", text)


def complain(reason: str) -> None:
    """Write why a process ends at its start to standard error, as JSON where the environment asks for that."""
    if os.environ.get("CLINIC_LOG_FORMAT") == "json":
        record = logging.LogRecord(__name__, logging.ERROR, __file__, 0, reason, None, None)
        reason = JsonFormatter().format(record)
    sys.stderr.write(f"{reason}\n")
    sys.stderr.flush()
