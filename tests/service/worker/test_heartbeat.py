"""Agents that send no heartbeat are taken for dead, whatever their clocks say."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, insert, update

from service.database.session import reading, writing
from service.database.tables import AgentRow
from service.queue import agents
from service.settings import Settings
from service.worker import periodic
from service.worker.heartbeat import FailureDetector, Heartbeat
from service.worker.periodic import PeriodicTask
from tests.service.worker.agents import until

SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)

TIMEOUT = 0.6
BEAT = datetime(2026, 1, 1, tzinfo=UTC)
JUMPS = (timedelta(days=-400), timedelta(0), timedelta(hours=5), timedelta(days=9000), timedelta(seconds=-3))


@pytest.fixture
def death(engine: Engine) -> Iterator[threading.Event]:
    """Watches as one agent; set when it has declared another one dead."""
    stopping, called = threading.Event(), threading.Event()
    with writing(engine) as session:
        agents.register(session, "watcher", 1)
    settings = Settings(heartbeat=0.05, agent_timeout=TIMEOUT)
    task = PeriodicTask("heartbeat", 0.05, Heartbeat(engine, "watcher", settings, called.set).beat, stopping)
    task.start()
    yield called
    stopping.set()
    periodic.end([task], 30)


def enter(engine: Engine, agent: str, beat: datetime) -> None:
    """An agent of another machine, whose process nobody here can see."""
    with writing(engine) as session:
        row = {"id": agent, "host": "another", "pid": 1, "slots": 1, "started_at": beat, "beat_at": beat}
        session.execute(insert(AgentRow).values(row))


def beat(engine: Engine, agent: str, at: datetime) -> None:
    """A sign of life by a clock of its own."""
    with writing(engine) as session:
        session.execute(update(AgentRow).where(AgentRow.id == agent).values(beat_at=at))


def seen(engine: Engine) -> datetime:
    """When the watcher has looked around for the last time."""
    with reading(engine) as session:
        return session.get_one(AgentRow, "watcher").beat_at


def has_looked(engine: Engine, since: datetime) -> bool:
    """Whether the watcher has looked around once more."""
    return seen(engine) != since


@SQLITE
def test_a_clock_that_jumps_kills_nobody(engine: Engine, death: threading.Event) -> None:
    enter(engine, "jumper", datetime.now(UTC))
    ends, number = time.monotonic() + 2 * TIMEOUT, 0
    while time.monotonic() < ends:
        number += 1
        beat(engine, "jumper", datetime.now(UTC) + JUMPS[number % len(JUMPS)])
        until(partial(has_looked, engine, seen(engine)))
    assert number > 5
    assert not death.is_set()


@SQLITE
def test_one_that_is_silent_is_dead_though_its_last_beat_lies_in_the_future(
    engine: Engine, death: threading.Event
) -> None:
    enter(engine, "silent", datetime.now(UTC) + timedelta(days=9000))
    assert death.wait(30)
    with reading(engine) as session:
        assert [agent.id for agent in agents.alive(session)] == ["watcher"]


class TestFailureDetector:
    """Agents are judged by what was watched without a gap."""

    def test_an_agent_that_beats_is_never_silent(self) -> None:
        detector = FailureDetector(4.0)
        for second in range(20):
            assert detector.silent({"a": BEAT + timedelta(seconds=second)}, float(second)) == []

    def test_silence_is_measured_with_our_clock_from_when_we_first_saw_the_beat(self) -> None:
        detector = FailureDetector(4.0)
        old = BEAT - timedelta(days=300)  # its clock may be wrong
        assert detector.silent({"a": old}, 100.0) == []
        assert detector.silent({"a": old}, 104.0) == []
        assert detector.silent({"a": old}, 104.1) == ["a"]

    def test_one_silent_agent_does_not_hide_another_that_beats(self) -> None:
        detector = FailureDetector(4.0)
        detector.silent({"a": BEAT, "b": BEAT}, 0.0)
        assert detector.silent({"a": BEAT, "b": BEAT + timedelta(seconds=5)}, 5.0) == ["a"]

    def test_after_a_gap_everybody_gets_the_whole_time_again(self) -> None:
        detector = FailureDetector(4.0)
        detector.silent({"a": BEAT}, 0.0)
        detector.forget()
        assert detector.silent({"a": BEAT}, 100.0) == []
        assert detector.silent({"a": BEAT}, 103.0) == []
        assert detector.silent({"a": BEAT}, 105.0) == ["a"]

    def test_an_agent_that_left_and_came_back_is_seen_anew(self) -> None:
        detector = FailureDetector(4.0)
        detector.silent({"a": BEAT}, 0.0)
        detector.silent({}, 3.0)
        assert detector.silent({"a": BEAT}, 6.0) == []
