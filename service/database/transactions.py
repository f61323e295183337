"""Transactions that outlast a database's outage."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from service.database.outages import is_outage
from service.database.session import reading, writing

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")
FIRST_PAUSE = 0.05  # seconds before the second try; doubled each time
LONGEST_PAUSE = 2.0
LAST_PATIENCE = 5.0  # seconds that an agent which was told to stop still tries


class Books:
    """Runs transactions again until the database takes them; what they do must bear that.

    Args:
        engine: the database.
        stopping: set when the agent shuts down, after which patience is short.
    """

    def __init__(self, engine: Engine, stopping: threading.Event) -> None:
        self.engine = engine
        self._stopping = stopping

    def write(self, work: Callable[[Session], Answer]) -> Answer:
        """The answer of ``work``, committed."""

        def once() -> Answer:
            with writing(self.engine) as session:
                return work(session)

        return self.insist(once)

    def read(self, work: Callable[[Session], Answer]) -> Answer:
        """The answer of ``work``, which only reads."""

        def once() -> Answer:
            with reading(self.engine) as session:
                return work(session)

        return self.insist(once)

    def insist(self, once: Callable[[], Answer]) -> Answer:
        """The answer of ``once``, which uses the database; it is called again while there is an outage."""
        pause, patience_ends = FIRST_PAUSE, float("inf")
        while True:
            try:
                return once()
            except SQLAlchemyError as error:
                if not is_outage(error):
                    raise
                if self._stopping.is_set():
                    patience_ends = min(patience_ends, time.monotonic() + LAST_PATIENCE)
                if time.monotonic() > patience_ends:
                    raise
                logger.warning("the database does not answer, trying again in %.2f s: %s", pause, error)
                time.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
