"""The table of agents."""

from __future__ import annotations

import os
import subprocess
import sys

from sqlalchemy import Engine

from service.database.session import reading, writing
from service.queue import agents


def test_an_agent_that_was_declared_dead_learns_it_at_its_next_beat(engine: Engine) -> None:
    with writing(engine) as session:
        agents.register(session, "a", 1)
        agents.register(session, "b", 1)
    with writing(engine) as session:
        assert agents.heartbeat(session, "a")
        agents.tombstone(session, ["a"])
    with writing(engine) as session:
        assert not agents.heartbeat(session, "a")
        assert agents.heartbeat(session, "b")
        assert [agent.id for agent in agents.alive(session)] == ["b"]


def test_an_agent_that_left_is_neither_living_nor_beating(engine: Engine) -> None:
    with writing(engine) as session:
        agents.register(session, "a", 1)
        agents.deregister(session, "a")
    with writing(engine) as session:
        assert agents.alive(session) == []
        assert not agents.heartbeat(session, "a")


def test_a_beat_moves_the_time(engine: Engine) -> None:
    with writing(engine) as session:
        agents.register(session, "a", 1)
    with reading(engine) as session:
        (before,) = agents.alive(session)
    with writing(engine) as session:
        agents.heartbeat(session, "a")
    with reading(engine) as session:
        (after,) = agents.alive(session)
    assert after.beat_at > before.beat_at
    assert after.pid == os.getpid()


def test_a_dead_process_of_this_machine_is_known_to_be_gone() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    assert agents.is_gone(agents.machine(), process.pid)
    assert not agents.is_gone(agents.machine(), os.getpid())


def test_of_other_machines_nothing_is_known() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    assert not agents.is_gone("another machine", process.pid)
    assert not agents.is_gone(agents.UNKNOWN, process.pid)
