"""Who is taken for dead: those that are silent, whatever their clocks say."""

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
from service.worker.heartbeat import Pulse
from tests.service.worker.agents import until

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)

TIMEOUT = 0.6
JUMPS = (timedelta(days=-400), timedelta(0), timedelta(hours=5), timedelta(days=9000), timedelta(seconds=-3))


@pytest.fixture
def bereaved(engine: Engine) -> Iterator[threading.Event]:
    """Watches as one agent; set when it has declared another one dead."""
    stopping, called = threading.Event(), threading.Event()
    with writing(engine) as session:
        agents.register(session, "watcher", 1)
    settings = Settings(heartbeat=0.05, agent_timeout=TIMEOUT)
    pulse = Pulse(engine, "watcher", settings, stopping, called.set)
    pulse.start()
    yield called
    stopping.set()
    pulse.join()


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


def test_a_clock_that_jumps_kills_nobody(engine: Engine, bereaved: threading.Event) -> None:
    enter(engine, "jumper", datetime.now(UTC))
    ends, number = time.monotonic() + 2 * TIMEOUT, 0
    while time.monotonic() < ends:
        number += 1
        beat(engine, "jumper", datetime.now(UTC) + JUMPS[number % len(JUMPS)])
        until(partial(has_looked, engine, seen(engine)))
    assert number > 5
    assert not bereaved.is_set()


def test_one_that_is_silent_is_dead_though_its_last_beat_lies_in_the_future(
    engine: Engine, bereaved: threading.Event
) -> None:
    enter(engine, "silent", datetime.now(UTC) + timedelta(days=9000))
    assert bereaved.wait(30)
    with reading(engine) as session:
        assert [agent.id for agent in agents.alive(session)] == ["watcher"]
