"""Gradings go on as soon as their trainings have ended."""

from __future__ import annotations

import logging
import threading

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from service.grading.submissions import grading
from service.queue.limits import Room
from service.settings import Settings

logger = logging.getLogger(__name__)

PAUSE = 0.05  # seconds after a look, within which ends of jobs are gathered for the next one


class Examiner(threading.Thread):
    """Looks after the gradings when a job of this agent has ended, and once each heartbeat.

    What other agents have trained, and what waits for room in the queue, is found at the heartbeat.

    Args:
        engine: the database.
        settings: how often agents beat, and how many jobs may wait.
        stopping: set when the agent shuts down.
    """

    def __init__(self, engine: Engine, settings: Settings, stopping: threading.Event) -> None:
        super().__init__(name="examiner", daemon=True)
        self._engine = engine
        self._room = Room.of(settings)
        self._interval = settings.heartbeat
        self._stopping = stopping
        self._called = threading.Event()

    def run(self) -> None:
        """Look again and again, until the agent stops."""
        while not self._stopping.is_set():
            try:
                grading.advance(self._engine, self._room)
            except SQLAlchemyError as error:
                logger.warning("gradings wait: the database does not answer: %s", error)
            except Exception:
                logger.exception("gradings could not go on; it is tried again")
            self._stopping.wait(PAUSE)
            self._called.wait(self._interval)
            self._called.clear()

    def call(self) -> None:
        """Look now; from any thread."""
        self._called.set()
