"""Calibrations are judged when their trainings have ended."""

from __future__ import annotations

import logging
import threading

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from service.grading.calibrations import finish
from service.settings import Settings

logger = logging.getLogger(__name__)


class Calibrator(threading.Thread):
    """Looks after the calibrations once each heartbeat.

    It takes its time for one, reading hundreds of records: neither grades nor the recovery of jobs wait for that.

    Args:
        engine: the database.
        settings: how often agents beat.
        stopping: set when the agent shuts down.
    """

    def __init__(self, engine: Engine, settings: Settings, stopping: threading.Event) -> None:
        super().__init__(name="calibrator", daemon=True)
        self._engine = engine
        self._interval = settings.heartbeat
        self._stopping = stopping

    def run(self) -> None:
        """Look again and again, until the agent stops."""
        while not self._stopping.wait(self._interval):
            try:
                finish.advance(self._engine)
            except SQLAlchemyError as error:
                logger.warning("calibrations wait: the database does not answer: %s", error)
            except Exception:
                logger.exception("calibrations could not be judged; it is tried again")
