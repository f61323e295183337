"""``python -m models`` is a program of its own: JSON lines in, JSON lines out."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from models.events import Event, Failed, Finished, Ready, event_adapter
from tests.models.engine.documents import circles

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
