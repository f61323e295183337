"""Listens for commits of other connections: new work for an agent, changes of a job for whoever follows it."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Final, Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    import psycopg

logger = logging.getLogger(__name__)

STEP = 0.02  # seconds between two looks at SQLite's counter of changes
SLICE = 0.2  # seconds of listening to PostgreSQL between two looks at whether the process stops
NOTHING: Final[frozenset[str]] = frozenset()


class Listener(Protocol):
    """Tells when another connection has committed; it may also do so when nothing of interest was."""

    def wait(self, timeout: float) -> frozenset[str] | None:
        """Wait for a commit since the last wait, for up to ``timeout`` seconds.

        Returns:
            What the commits have changed, an empty set after the timeout; None where it can be anything.
        """

    def close(self) -> None:
        """Give the connection back."""


class SqliteListener:
    """Watches ``data_version``, which changes with every commit of another connection; a look costs microseconds."""

    def __init__(self, engine: Engine, stopping: threading.Event) -> None:
        self._connection = engine.raw_connection()
        self._connection.detach()  # it is no session's
        self._stopping = stopping
        self._seen = self._version()

    def wait(self, timeout: float) -> frozenset[str] | None:
        """Wait for a commit of another connection, whatever it changes."""
        ends = time.monotonic() + timeout
        while (version := self._version()) == self._seen:
            if time.monotonic() >= ends or self._stopping.wait(STEP):
                return NOTHING
        self._seen = version
        return None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _version(self) -> int:
        cursor = self._connection.cursor()
        try:
            cursor.execute("PRAGMA data_version")
            (version,) = cursor.fetchone() or (0,)
            return int(version)
        finally:
            cursor.close()


class PostgresListener:
    """Listens for the notifications that come with commits: each names what it is about."""

    def __init__(self, engine: Engine, stopping: threading.Event, channel: str) -> None:
        self._engine = engine
        self._stopping = stopping
        self._channel = channel
        self._connection: Connection | None = None

    def wait(self, timeout: float) -> frozenset[str] | None:
        """Wait for a notification; None the first time and after a lost connection: some may have been missed."""
        import psycopg

        try:
            if self._connection is None:
                self._connection = self._listen()
                return None
            driver = self._connection.connection.driver_connection
            assert isinstance(driver, psycopg.Connection)
            return self._notified(driver, timeout)
        except (SQLAlchemyError, psycopg.Error) as error:
            logger.warning("listening to the database was interrupted: %s", error)
            self.close()
            self._stopping.wait(timeout)
            return None

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.invalidate()  # it listens; nobody else shall get it
            self._connection.close()
            self._connection = None

    def _notified(self, driver: psycopg.Connection, timeout: float) -> frozenset[str]:
        ends = time.monotonic() + timeout
        while time.monotonic() < ends and not self._stopping.is_set():
            notifications = driver.notifies(timeout=SLICE, stop_after=1)
            if names := frozenset(notification.payload for notification in notifications):
                return names
        return NOTHING

    def _listen(self) -> Connection:
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text(f"LISTEN {self._channel}"))
        return connection


def listen(engine: Engine, stopping: threading.Event, channel: str) -> Listener:
    """Listen to a database, by the means that it has.

    Args:
        engine: the database.
        stopping: set when the process shuts down; ends a wait.
        channel: of PostgreSQL's notifications.
    """
    if engine.dialect.name == "sqlite":
        return SqliteListener(engine, stopping)
    return PostgresListener(engine, stopping, channel)
