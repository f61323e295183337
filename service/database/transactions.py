"""Runs transactions that outlast an outage of the database, by beginning them again."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Engine
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from tenacity import RetryCallState, Retrying, retry_if_exception, wait_exponential

from service.database.base import Table
from service.database.outages import is_outage
from service.database.session import reading, writing

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")
FIRST_PAUSE = 0.05  # seconds before the second try; doubled each time
LONGEST_PAUSE = 2.0
LAST_PATIENCE = 5.0  # seconds that an agent which was told to stop still tries


class RetryingTransactions:
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

        return self.retry(once)

    def read(self, work: Callable[[Session], Answer]) -> Answer:
        """The answer of ``work``, which only reads."""

        def once() -> Answer:
            with reading(self.engine) as session:
                return work(session)

        return self.retry(once)

    def retry(self, once: Callable[[], Answer]) -> Answer:
        """The answer of ``once``, which uses the database; it is called again while there is an outage."""
        return Retrying(
            retry=retry_if_exception(_is_outage),
            wait=wait_exponential(multiplier=FIRST_PAUSE, max=LONGEST_PAUSE),
            stop=_ImpatientWhenStopping(self._stopping),
            before_sleep=_warn,
            reraise=True,
        )(once)


class _ImpatientWhenStopping:
    """Ends the tries of one transaction ``LAST_PATIENCE`` after the first that failed while the agent shut down."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._ends = float("inf")

    def __call__(self, _state: RetryCallState) -> bool:
        now = time.monotonic()
        if self._stopping.is_set():
            self._ends = min(self._ends, now + LAST_PATIENCE)
        return now > self._ends


def _is_outage(error: BaseException) -> bool:
    return isinstance(error, SQLAlchemyError) and is_outage(error)


def _warn(state: RetryCallState) -> None:
    assert state.outcome is not None
    assert state.next_action is not None
    pause, error = state.next_action.sleep, state.outcome.exception()
    logger.warning("the database does not answer, trying again in %.2f s: %s", pause, error)


def insert_once(session: Session, table: type[Table], row: dict[str, Any]) -> None:
    """Insert a row, unless one with its primary key is there: a transaction whose answer was lost is made again."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(dialect.insert(table).on_conflict_do_nothing().values(row))
