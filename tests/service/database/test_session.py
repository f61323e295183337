"""Engines and sessions on both databases."""

from __future__ import annotations

import math
import threading
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from service.database.session import POOL, create_engine, reading, writing
from service.database.tables import AgentRow, EpochMetricRow, JobRow
from service.settings import Settings
from tests.databases import KINDS

both = pytest.mark.parametrize("url", KINDS, indirect=True)


def agent(name: str, beat: datetime | None = None) -> AgentRow:
    now = beat or datetime.now(UTC)
    return AgentRow(id=name, host="h", pid=1, slots=1, started_at=now, beat_at=now)


def count(engine: Engine) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(AgentRow)) or 0


@both
class TestSessions:
    def test_a_block_is_a_transaction(self, engine: Engine) -> None:
        with writing(engine) as session:
            session.add(agent("a"))
        with pytest.raises(ZeroDivisionError):
            self.add_and_fail(engine)
        assert count(engine) == 1

    def add_and_fail(self, engine: Engine) -> None:
        with writing(engine) as session:
            session.add(agent("b"))
            session.flush()
            _ = 1 / 0

    def test_rows_can_be_read_after_the_commit(self, engine: Engine) -> None:
        with writing(engine) as session:
            row = agent("a")
            session.add(row)
        assert row.host == "h"

    def test_times_keep_their_instant(self, engine: Engine) -> None:
        moment = datetime(2026, 1, 2, 3, 4, 5, 678901, timezone(timedelta(hours=5)))
        with writing(engine) as session:
            session.add(agent("a", moment))
        with reading(engine) as session:
            stored = session.get_one(AgentRow, "a").beat_at
        assert stored == moment
        assert stored.tzinfo is UTC

    def test_a_time_without_zone_is_refused(self, engine: Engine) -> None:
        with pytest.raises(StatementError, match="zone"), writing(engine) as session:
            session.add(agent("a", datetime(2026, 1, 1)))  # noqa: DTZ001 - the point

    def test_foreign_keys_hold(self, engine: Engine) -> None:
        with pytest.raises(IntegrityError), writing(engine) as session:
            session.add(EpochMetricRow(job_id="job_x", metric="loss", epoch=1, value=1.0))

    def test_statuses_are_checked(self, engine: Engine) -> None:
        with pytest.raises(IntegrityError), writing(engine) as session:
            session.add(job(status="sleeping"))

    def test_json_is_strict(self, engine: Engine) -> None:
        with writing(engine) as session:
            session.add(job(receipt={"loss": math.nan, "text": "ñ😀", "big": 2**53 - 1}))
        with reading(engine) as session:
            stored = session.get_one(JobRow, "job_1").receipt
        assert stored == {"loss": None, "text": "ñ😀", "big": 2**53 - 1}

    def test_floats_keep_every_bit(self, engine: Engine) -> None:
        values = [0.1, 1 / 3, 5e-324, 1.7976931348623157e308, -2.5]
        with writing(engine) as session:
            session.add(job())
            session.flush()
            for epoch, value in enumerate(values):
                session.add(EpochMetricRow(job_id="job_1", metric="loss", epoch=epoch, value=value))
        with reading(engine) as session:
            stored = session.scalars(select(EpochMetricRow.value).order_by(EpochMetricRow.epoch)).all()
        assert [value.hex() for value in stored if value is not None] == [value.hex() for value in values]

    def test_readers_do_not_wait_for_a_writer(self, engine: Engine) -> None:
        with writing(engine) as session:
            session.add(agent("a"))
            session.flush()
            assert count(engine) == 0
        assert count(engine) == 1

    def test_writers_take_turns(self, engine: Engine) -> None:
        """Each reads and then writes, which without taking turns would lose some of the writes."""
        with writing(engine) as session:
            session.add(agent("counter"))

        def increment() -> None:
            for _ in range(10):
                with writing(engine) as session:
                    row = session.scalar(select(AgentRow).where(AgentRow.id == "counter").with_for_update())
                    assert row is not None
                    row.pid += 1

        threads = [threading.Thread(target=increment) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with reading(engine) as session:
            assert session.get_one(AgentRow, "counter").pid == 61

    def test_more_sessions_than_the_pool_keeps(self, engine: Engine) -> None:
        sessions = [reading(engine) for _ in range(2 * POOL)]
        for session in sessions:
            session.__enter__().execute(text("SELECT 1"))
        for session in sessions:
            session.__exit__(None, None, None)


def test_sqlite_is_durable_and_in_wal_mode(engine: Engine) -> None:
    with reading(engine) as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA foreign_keys")) == 1


def test_a_readers_snapshot_does_not_write(engine: Engine) -> None:
    """A reader that would write after another has written is told so at once, instead of losing that write."""
    with reading(engine) as session:
        session.execute(select(AgentRow)).all()
        with writing(engine) as other:
            other.add(agent("a"))
        session.add(agent("b"))
        with pytest.raises(OperationalError):
            session.flush()
        session.rollback()


@pytest.mark.parametrize("url", ["postgresql://u@h/n", "postgres://u@h/n", "postgresql+psycopg://u@h/n"])
def test_every_spelling_of_postgresql(url: str) -> None:
    assert create_engine(url).driver == "psycopg"
    assert create_engine(Settings(database_url=url)).driver == "psycopg"


def job(**values: Any) -> JobRow:
    now = datetime.now(UTC)
    return JobRow(
        **{
            "id": "job_1",
            "owner": "o",
            "status": "queued",
            "spec": {},
            "spec_hash": "sha256:0",
            "attempt": 0,
            "cancel_requested": False,
            "version": 1,
            "epoch": 0,
            "epochs": 1,
            "created_at": now,
        }
        | values
    )
