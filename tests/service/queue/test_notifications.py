"""A listener is told of a commit when it is made, and not before."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from service.database.session import writing
from service.jobs import changes
from service.queue import workflows
from service.queue.notifications import Listener, listen
from tests.service.worker.agents import until
from tests.service.worker.desk import Desk


@pytest.fixture
def listener(engine: Engine) -> Iterator[Listener]:
    """A listener on the test's database that has been told of what was before."""
    made = listen(engine, threading.Event(), workflows.CHANNEL)
    made.wait(0.0)
    yield made
    made.close()


def waited(listener: Listener, timeout: float) -> float:
    """How long a wait took."""
    started = time.monotonic()
    listener.wait(timeout)
    return time.monotonic() - started


def test_without_a_commit_it_is_silent(listener: Listener) -> None:
    assert waited(listener, 0.3) >= 0.3


def test_a_job_ends_the_wait(listener: Listener, desk: Desk) -> None:
    desk.submit()
    assert waited(listener, 30) < 10
    assert waited(listener, 0.3) >= 0.3


def test_a_job_that_came_while_nobody_waited_ends_the_next_wait(listener: Listener, desk: Desk) -> None:
    desk.submit()
    desk.submit()
    assert waited(listener, 30) < 10


def test_it_says_what_has_changed(engine: Engine, desk: Desk) -> None:
    """As far as the database knows: SQLite says only that something has."""
    job_id = desk.submit()
    listener = listen(engine, threading.Event(), changes.CHANNEL)
    listener.wait(0.0)
    desk.cancel(job_id)
    assert listener.wait(30) == (None if engine.dialect.name == "sqlite" else {job_id})
    assert listener.wait(0.1) == frozenset()
    listener.close()


def test_it_wakes_who_waits(listener: Listener, engine: Engine) -> None:
    told = threading.Event()

    def wait() -> None:
        listener.wait(30)
        told.set()

    waiter = threading.Thread(target=wait)
    with writing(engine) as session:
        workflows.enqueue(session, "job_a", "someone")
        session.flush()
        waiter.start()
        assert not told.wait(0.2)  # not before the commit
    until(told.is_set, 10)
    waiter.join()


def test_it_stops_with_the_agent(engine: Engine) -> None:
    stopping = threading.Event()
    listener = listen(engine, stopping, workflows.CHANNEL)
    listener.wait(0.0)
    stopping.set()
    assert waited(listener, 30) < 10
    listener.close()
