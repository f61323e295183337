"""Waiting until something may have been enqueued."""

from __future__ import annotations

import logging
import threading
import time
from typing import Protocol

import psycopg
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from service.worker.queue import CHANNEL

logger = logging.getLogger(__name__)

STEP = 0.02  # seconds between two looks at SQLite's counter of changes
SLICE = 0.2  # seconds of listening to PostgreSQL between two looks at whether the agent stops


class Doorbell(Protocol):
    """Tells an agent to look into the queue; it may ring for nothing."""

    def wait(self, timeout: float) -> None:
        """Return when a commit may have enqueued something since the last wait, or after ``timeout`` seconds."""

    def close(self) -> None:
        """Give the connection back."""


class SqliteDoorbell:
    """Watches ``data_version``, which changes with every commit of another connection; a look costs microseconds."""

    def __init__(self, engine: Engine, stopping: threading.Event) -> None:
        self._connection = engine.raw_connection()
        self._stopping = stopping
        self._seen = self._version()

    def wait(self, timeout: float) -> None:
        """Return when another connection has committed, the agent stops, or after ``timeout`` seconds."""
        ends = time.monotonic() + timeout
        while self._version() == self._seen and time.monotonic() < ends and not self._stopping.wait(STEP):
            continue
        self._seen = self._version()

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def _version(self) -> int:
        cursor = self._connection.cursor()
        try:
            cursor.execute("PRAGMA data_version")
            (version,) = cursor.fetchone() or (0,)
            return int(version)
        finally:
            cursor.close()


class PostgresDoorbell:
    """Listens for the notification that enqueuing sends with its commit."""

    def __init__(self, engine: Engine, stopping: threading.Event) -> None:
        self._engine = engine
        self._stopping = stopping
        self._connection: Connection | None = None

    def wait(self, timeout: float) -> None:
        """Return when something was enqueued, or after ``timeout`` seconds."""
        try:
            if self._connection is None:
                self._connection = self._listen()
                return  # what came before the listening was not heard
            driver = self._connection.connection.driver_connection
            assert isinstance(driver, psycopg.Connection)
            ends = time.monotonic() + timeout
            while time.monotonic() < ends and not self._stopping.is_set():
                for _ in driver.notifies(timeout=SLICE, stop_after=1):
                    return
        except (SQLAlchemyError, psycopg.Error) as error:
            logger.warning("listening for jobs was interrupted: %s", error)
            self.close()
            self._stopping.wait(timeout)

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.invalidate()  # it listens; nobody else shall get it
            self._connection.close()
            self._connection = None

    def _listen(self) -> Connection:
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text(f"LISTEN {CHANNEL}"))
        return connection


def doorbell(engine: Engine, stopping: threading.Event) -> Doorbell:
    """The doorbell of a database."""
    kind = SqliteDoorbell if engine.dialect.name == "sqlite" else PostgresDoorbell
    return kind(engine, stopping)
