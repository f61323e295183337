"""Transactions outlast an outage."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError, OperationalError

from service.database.transactions import RetryingTransactions
from tests.service.worker.agents import until


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database with one table."""
    path = tmp_path / "retried.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE words (word TEXT PRIMARY KEY)")
    connection.close()
    return path


def impatient(file: Path, stopping: threading.Event) -> RetryingTransactions:
    """Transactions on an engine that does not wait for locks itself."""
    return RetryingTransactions(create_engine(f"sqlite:///{file}", connect_args={"timeout": 0}), stopping)


def test_a_locked_database_is_tried_until_it_is_free(file: Path) -> None:
    transactions = impatient(file, threading.Event())
    lock = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    lock.execute("BEGIN EXCLUSIVE")
    writer = threading.Thread(
        target=lambda: transactions.write(lambda session: session.execute(text("INSERT INTO words VALUES ('done')")))
    )
    writer.start()
    writer.join(0.3)
    assert writer.is_alive()
    lock.execute("ROLLBACK")
    until(lambda: not writer.is_alive())
    assert lock.execute("SELECT word FROM words").fetchall() == [("done",)]
    lock.close()
    transactions.engine.dispose()


def test_an_agent_that_stops_does_not_wait_for_ever(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.database.transactions.LAST_PATIENCE", 0.2)
    stopping = threading.Event()
    stopping.set()
    transactions = impatient(file, stopping)
    lock = sqlite3.connect(file, isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    with pytest.raises(OperationalError):
        transactions.write(lambda session: session.execute(text("INSERT INTO words VALUES ('done')")))
    lock.close()
    transactions.engine.dispose()


def test_an_error_that_is_no_outage_is_raised_at_once(file: Path) -> None:
    transactions = impatient(file, threading.Event())
    transactions.write(lambda session: session.execute(text("INSERT INTO words VALUES ('twice')")))
    with pytest.raises(IntegrityError):
        transactions.write(lambda session: session.execute(text("INSERT INTO words VALUES ('twice')")))
    transactions.engine.dispose()
