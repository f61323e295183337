"""Does an agent's periodic duties, each in a thread of its own, so that one that fails or is slow holds up no other."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection
from datetime import timedelta
from functools import partial

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from service.experiments.trials import scheduling as trials
from service.grading.calibrations import finish as calibrations
from service.grading.submissions import grading as gradings
from service.queue.executor import Executor
from service.queue.limits import QueueLimits
from service.settings import Settings
from service.worker import retention
from service.worker.heartbeat import Heartbeat
from service.worker.recovery import Recovery, prune, reconcile

logger = logging.getLogger(__name__)

RECONCILE = 5.0  # seconds between two comparisons of jobs and workflows
PRUNE = 60.0  # seconds between two removals of ended workflows
CLEAR = 60.0  # seconds between two looks for jobs that ended too long ago
GATHER = 0.05  # seconds after a look at the gradings, within which ends of jobs are gathered for the next one
RETRY = 1.0  # seconds after a failure, where the interval is longer


class PeriodicTask(threading.Thread):
    """Does something again and again until the agent stops: at an interval, and whenever it is called.

    After a failure it is tried again. That the database does not answer is a warning in the log, any other exception an
    error.

    Args:
        name: of the task, in the log and among the process's threads.
        interval: seconds from the end of one run to the beginning of the next.
        do: the task.
        stopping: set when the agent shuts down.
        gather: seconds after a run within which calls are gathered for one next run.
    """

    def __init__(
        self, name: str, interval: float, do: Callable[[], None], stopping: threading.Event, *, gather: float = 0.0
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._interval = interval
        self._do = do
        self._stopping = stopping
        self._gather = gather
        self._called = threading.Event()

    def run(self) -> None:
        """Do it now, and then again and again."""
        while not self._stopping.is_set():
            pause = self._interval
            try:
                self._do()
            except SQLAlchemyError as error:
                logger.warning("%s: the database does not answer, it is tried again: %s", self.name, error)
                pause = min(pause, RETRY)
            except Exception:
                logger.exception("%s failed, it is tried again", self.name)
                pause = min(pause, RETRY)
            self._stopping.wait(self._gather)
            self._called.wait(pause)
            self._called.clear()

    def call(self) -> None:
        """Let it run now, or once more where it is running; from any thread."""
        self._called.set()


def tasks(
    engine: Engine, agent_id: str, executor: Executor, settings: Settings, stopping: threading.Event
) -> dict[str, PeriodicTask]:
    """The periodic tasks of an agent by their names, none of them started.

    Args:
        engine: the database.
        agent_id: of this agent.
        executor: runs its workflows.
        settings: how often agents send heartbeats, how many jobs may wait, and how long ended ones are kept.
        stopping: set when the agent shuts down.
    """
    limits, beat = QueueLimits.of(settings), settings.heartbeat
    every = partial(PeriodicTask, stopping=stopping)
    recovery = every("recovery", beat, Recovery(engine, agent_id, executor).recover)
    made = [
        every("heartbeat", beat, Heartbeat(engine, agent_id, settings, recovery.call).beat),
        recovery,
        every("reconciliation", RECONCILE, partial(reconcile, engine)),
        every("pruning", PRUNE, partial(prune, engine)),
        every("trials", beat, partial(trials.advance, engine, limits)),
        # Called when a job of this agent has ended. What others have trained, or waits for room, is found at a beat.
        every("gradings", beat, partial(gradings.advance, engine, limits), gather=GATHER),
        every("calibrations", beat, partial(calibrations.advance, engine)),
    ]
    if settings.retention_days is not None:
        age = timedelta(days=settings.retention_days)
        made.append(every("retention", CLEAR, partial(retention.clear_all, engine, age, stopping, beat)))
    return {task.name: task for task in made}


def end(tasks: Collection[PeriodicTask], timeout: float) -> None:
    """Wait until tasks have ended, after ``stopping`` was set, for up to ``timeout`` seconds in all."""
    for task in tasks:
        task.call()
    ends = time.monotonic() + timeout
    for task in tasks:
        if task.is_alive():
            task.join(max(0.0, ends - time.monotonic()))
