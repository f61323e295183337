"""The doorbell rings with a commit, and not before."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from service.database.session import writing
from service.jobs import changes
from service.queue import workflows
from service.queue.notifications import Doorbell, doorbell
from tests.service.worker.agents import until
from tests.service.worker.desk import Desk


@pytest.fixture
def bell(engine: Engine) -> Iterator[Doorbell]:
    """A doorbell on the test's database that has rung for what was before."""
    made = doorbell(engine, threading.Event(), workflows.CHANNEL)
    made.wait(0.0)
    yield made
    made.close()


def waited(bell: Doorbell, timeout: float) -> float:
    """How long a wait took."""
    started = time.monotonic()
    bell.wait(timeout)
    return time.monotonic() - started


def test_without_a_commit_it_is_silent(bell: Doorbell) -> None:
    assert waited(bell, 0.3) >= 0.3


def test_a_job_rings_it(bell: Doorbell, desk: Desk) -> None:
    desk.submit()
    assert waited(bell, 30) < 10
    assert waited(bell, 0.3) >= 0.3


def test_a_job_that_came_while_nobody_waited_rings_it(bell: Doorbell, desk: Desk) -> None:
    desk.submit()
    desk.submit()
    assert waited(bell, 30) < 10


def test_it_says_what_has_changed(engine: Engine, desk: Desk) -> None:
    """As far as the database knows: SQLite says only that something has."""
    job_id = desk.submit()
    bell = doorbell(engine, threading.Event(), changes.CHANNEL)
    bell.wait(0.0)
    desk.cancel(job_id)
    assert bell.wait(30) == (None if engine.dialect.name == "sqlite" else {job_id})
    assert bell.wait(0.1) == frozenset()
    bell.close()


def test_it_wakes_who_waits(bell: Doorbell, engine: Engine) -> None:
    rung = threading.Event()

    def wait() -> None:
        bell.wait(30)
        rung.set()

    waiter = threading.Thread(target=wait)
    with writing(engine) as session:
        workflows.enqueue(session, "job_a", "someone")
        session.flush()
        waiter.start()
        assert not rung.wait(0.2)  # not before the commit
    until(rung.is_set, 10)
    waiter.join()


def test_it_stops_with_the_agent(engine: Engine) -> None:
    stopping = threading.Event()
    bell = doorbell(engine, stopping, workflows.CHANNEL)
    bell.wait(0.0)
    stopping.set()
    assert waited(bell, 30) < 10
    bell.close()
