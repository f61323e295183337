"""``python -m models`` is a program of its own: JSON lines in, JSON lines out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from models.events import Event, Failed, Finished, Ready, event_adapter
from tests.models.engine.documents import circles
from tests.service.worker.agents import until

pytestmark = pytest.mark.slow


def talk(*lines: str) -> list[Event]:
    """What the program says to these lines."""
    result = subprocess.run(
        [sys.executable, "-m", "models"],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=True,
        timeout=200,
    )
    return [event_adapter.validate_json(line) for line in result.stdout.splitlines()]


def test_it_survives_every_request_and_answers_each() -> None:
    events = talk(
        "not json",
        json.dumps({"spec": {"data": None}}),
        json.dumps({"no": "spec"}),
        json.dumps({"preflight": circles(), "single_batch": "perhaps"}),
        "",
        json.dumps({"spec": circles(epochs=2)}),
    )
    assert isinstance(events[0], Ready)
    ends = [event for event in events if isinstance(event, Failed | Finished)]
    assert [end.problem if isinstance(end, Failed) else "finished" for end in ends] == [
        "request",
        "spec",
        "request",
        "request",
        "finished",
    ]


def test_it_warms_up_while_nobody_asks_and_then_answers(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "models", "--cache-dir", str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert isinstance(event_adapter.validate_json(process.stdout.readline()), Ready)
        until(lambda: any(file.is_file() for file in tmp_path.rglob("*")), timeout=200)
        answer, _ = process.communicate(json.dumps({"spec": circles(epochs=2)}) + "\n", timeout=200)
    assert isinstance(event_adapter.validate_json(answer.splitlines()[-1]), Finished)
