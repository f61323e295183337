"""Duties that are done again and again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from itertools import count

import pytest
from sqlalchemy.exc import OperationalError

from service.worker import periodic
from service.worker.periodic import PeriodicTask
from tests.service.worker.agents import until

NEVER = 3600.0  # seconds

Make = Callable[..., PeriodicTask]


class Duty:
    """Counts how often it was done; it can fail and take long."""

    def __init__(self) -> None:
        self.begun = 0
        self.failures: list[Exception] = []
        self.may_end = threading.Event()
        self.may_end.set()

    def do(self) -> None:
        """Do it once."""
        self.begun += 1
        self.may_end.wait(30)
        if self.failures:
            raise self.failures.pop()


@pytest.fixture
def make() -> Iterator[Make]:
    """Starts tasks that end with the test."""
    stopping, names, made = threading.Event(), count(), list[PeriodicTask]()

    def start(duty: Duty, interval: float = NEVER, *, gather: float = 0.0) -> PeriodicTask:
        made.append(PeriodicTask(f"duty {next(names)}", interval, duty.do, stopping, gather=gather))
        made[-1].start()
        return made[-1]

    yield start
    stopping.set()
    periodic.end(made, 30)
    assert not any(task.is_alive() for task in made)


@pytest.fixture
def duty() -> Duty:
    """A duty."""
    return Duty()


def test_it_is_done_at_once_and_at_every_interval(make: Make, duty: Duty) -> None:
    make(duty, 0.01)
    until(lambda: duty.begun > 3, 10)


def test_who_calls_does_not_wait_for_the_interval(make: Make, duty: Duty) -> None:
    task = make(duty)
    until(lambda: duty.begun == 1, 10)
    task.call()
    until(lambda: duty.begun == 2, 10)


def test_a_call_while_it_runs_lets_it_run_once_more(make: Make, duty: Duty) -> None:
    duty.may_end.clear()
    task = make(duty)
    until(lambda: duty.begun == 1, 10)
    for _ in range(3):
        task.call()
    duty.may_end.set()
    until(lambda: duty.begun == 2, 10)


def test_calls_are_gathered(make: Make, duty: Duty) -> None:
    task = make(duty, gather=NEVER)
    until(lambda: duty.begun == 1, 10)
    task.call()
    task.join(0.3)
    assert duty.begun == 1


@pytest.mark.parametrize(
    ("failure", "level"),
    [(OperationalError("SELECT 1", {}, Exception("gone")), "WARNING"), (ZeroDivisionError(), "ERROR")],
)
def test_after_a_failure_it_is_tried_again_soon(
    make: Make, duty: Duty, failure: Exception, level: str, caplog: pytest.LogCaptureFixture
) -> None:
    duty.failures.append(failure)
    make(duty)
    until(lambda: duty.begun == 2, 10)
    assert [record.levelname for record in caplog.records] == [level]
    assert "duty 0" in caplog.text


def test_one_that_fails_or_is_slow_holds_up_no_other(make: Make, duty: Duty) -> None:
    failing, slow = Duty(), Duty()
    failing.failures = [ZeroDivisionError() for _ in range(1000)]
    slow.may_end.clear()
    make(failing, 0.01)
    make(slow, 0.01)
    until(lambda: failing.begun > 3 and slow.begun == 1, 10)
    make(duty, 0.01)
    until(lambda: duty.begun > 3, 10)
    assert slow.begun == 1
    slow.may_end.set()
