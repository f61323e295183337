"""What the processes log, as text and as JSON."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from service.telemetry import logs


def record(message: str, *args: object, **members: object) -> logging.LogRecord:
    made = logging.LogRecord("service.test", logging.WARNING, __file__, 1, message, args, None)
    vars(made).update(members)
    return made


def line(made: logging.LogRecord) -> dict[str, Any]:
    text = logs.JsonFormatter().format(made)
    assert text.isascii()
    assert "\n" not in text
    document: dict[str, Any] = json.loads(text)
    return document


def test_a_record_is_one_object() -> None:
    found = line(record("%d jobs wait", 3))
    assert found.pop("time").endswith("+00:00")
    assert found == {"level": "warning", "logger": "service.test", "message": "3 jobs wait"}


def test_what_a_client_sends_begins_no_line() -> None:
    assert line(record("%s", "a\nb\udcff"))["message"] == "a\nb\udcff"


@pytest.mark.parametrize("code", [*range(9), *range(10, 0x20), 0x7F, 0x85, 0x9B, 0x2028, 0x2029])
def test_what_a_client_sends_begins_no_line_of_text_either(code: int) -> None:
    sent = f"/a{chr(code)}2026-01-01 00:00:00,000 INFO service: forged"
    formatter = logs.TextFormatter(logs.TEXT)
    text = formatter.format(record("%s", sent))
    assert len(text.splitlines()) == 1
    assert text.isprintable()
    made = record("it fails")
    made.exc_info = (ValueError, ValueError(sent), None)
    first, *following = formatter.format(made).splitlines()
    assert first.endswith("it fails")
    assert following
    assert all(line.startswith("  ") for line in following)


def test_the_job_is_named_where_one_is_meant() -> None:
    with logs.about("job_1"):
        assert line(record("it ends"))["job_id"] == "job_1"
        assert line(record("another", job_id="job_2"))["job_id"] == "job_2"
    assert "job_id" not in line(record("nothing"))


def test_an_exception_is_a_member() -> None:
    made = record("it failed")
    try:
        1 / 0  # noqa: B018 - the point is that it fails
    except ZeroDivisionError:
        made.exc_info = sys.exc_info()
    assert line(made)["exception"].endswith("ZeroDivisionError: division by zero")


@pytest.mark.parametrize("character", ["\n", "\r", "\x1b", "\x00", "\x85", "\u2028", "\u2029", "\x7f"])
def test_text_of_a_client_begins_no_line_for_people_either(character: str) -> None:
    text = logs.TextFormatter(logs.TEXT).format(record("GET %s: 404", f"/a{character}2026 ERROR forged"))
    assert text.splitlines() == [text]
    assert text.isprintable()


def test_an_exception_has_lines_of_its_own() -> None:
    made = record("it failed")
    made.exc_info = (ValueError, ValueError("x"), None)
    assert logs.TextFormatter(logs.TEXT).format(made).endswith("it failed\n  ValueError: x")


NATIVE = """
import os, sys
from service.settings import Settings
from service.telemetry import logs
with logs.native_output_logged():
    logs.configure(Settings(log_format="json", log_level=sys.argv[1]))
    os.write(2, b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\\n")
    os.write(2, b"free(): invalid pointer\\n")
    print("Python's own", file=sys.stderr)
print("after", file=sys.stderr)
"""


@pytest.mark.parametrize(("level", "expected"), [("debug", ["debug", "warning"]), ("info", ["warning"])])
def test_what_libraries_write_is_logged(level: str, expected: list[str]) -> None:
    done = subprocess.run([sys.executable, "-c", NATIVE, level], capture_output=True, text=True, check=True)
    lines = done.stderr.splitlines()
    assert lines[-1] == "after"
    lines.remove("after")
    lines.remove("Python's own")
    assert [json.loads(text)["level"] for text in lines] == expected


SERVE = """
import socket, sys
from service.processes import run_api
from service.settings import Settings
run_api(Settings(), socket.socket(fileno=int(sys.argv[1])))
"""


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as made:
        yield made


def logged(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """Every line that a process still writes to standard error."""
    assert process.stderr is not None
    return [json.loads(text) for text in process.stderr]


@pytest.mark.slow
def test_every_line_of_an_api_process_is_json(url: str, listener: socket.socket) -> None:
    environment = os.environ | {"CLINIC_DATABASE_URL": url, "CLINIC_LOG_FORMAT": "json"}
    command = [sys.executable, "-c", SERVE, str(listener.fileno())]
    with subprocess.Popen(
        command, env=environment, pass_fds=[listener.fileno()], stderr=subprocess.PIPE, text=True
    ) as process:
        with httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=60) as client:
            answer = client.get("/api/v1/jobs/job_1", headers={"X-Request-Id": "mine-1"})
        process.send_signal(signal.SIGTERM)
        found = logged(process)
    assert answer.status_code == 404
    [request] = [entry for entry in found if entry.get("request_id") == "mine-1"]
    assert request["seconds"] > 0
    assert (request["method"], request["status"], request["job_id"]) == ("GET", 404, "job_1")
    assert request["path"] == "/api/v1/jobs/job_1"
    assert {"uvicorn.error", "service.http.observation"} <= {entry["logger"] for entry in found}


@pytest.mark.slow
def test_every_line_of_an_agent_is_json(url: str) -> None:
    environment = os.environ | {"CLINIC_DATABASE_URL": url, "CLINIC_LOG_FORMAT": "json", "CLINIC_SLOTS": "1"}
    command = [sys.executable, "-m", "service.worker"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        first = json.loads(process.stderr.readline())
        process.send_signal(signal.SIGTERM)
        others = logged(process)
    assert first["logger"] == "service.worker.agent"
    assert any(entry["message"].endswith(" stops") for entry in others)
