"""Opens engines and sessions and migrates the schema, for the API, the agents and the command line alike."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, event, make_url, text
from sqlalchemy import create_engine as sqlalchemy_engine
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session
from tenacity import retry, retry_if_exception, stop_after_delay, wait_random

from service.settings import Settings

BUSY_TIMEOUT = 30.0  # seconds that a SQLite writer waits for another
POOL = 10  # connections kept; with OVERFLOW as many as Starlette has threads, so that no thread waits for one
OVERFLOW = 30
READING = {"clinic_reading": True}


def create_engine(settings_or_url: Settings | str) -> Engine:
    """An engine on the service's database; connects on first use.

    On SQLite a transaction is a writer from its first statement on (``BEGIN IMMEDIATE``): one that reads first and
    writes later could otherwise fail half-way with a stale snapshot. Those of :func:`reading` only read and never
    wait for a writer, because the database is in WAL mode.

    Args:
        settings_or_url: settings, or ``sqlite:///FILE`` or ``postgresql+psycopg://USER@HOST/NAME``.
    """
    url = make_url(settings_or_url if isinstance(settings_or_url, str) else settings_or_url.database_url)
    if url.drivername in {"postgresql", "postgres"}:
        url = url.set(drivername="postgresql+psycopg")
    sqlite = url.get_backend_name() == "sqlite"
    engine = sqlalchemy_engine(
        url,
        pool_size=POOL,
        max_overflow=OVERFLOW,
        pool_pre_ping=not sqlite,
        json_serializer=_to_json,
        json_deserializer=orjson.loads,
        connect_args={"timeout": BUSY_TIMEOUT} if sqlite else {"connect_timeout": 5},
    )
    if sqlite:
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _to_json(value: object) -> str:
    return orjson.dumps(value).decode()


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # The driver's own idea of transactions knows no BEGIN IMMEDIATE: it is switched off, _begin_sqlite begins them.
    connection.isolation_level = None
    cursor = connection.cursor()
    _use_write_ahead_log(cursor)
    for pragma in ("synchronous = NORMAL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


# The switch to write-ahead mode, which a new file needs once, takes the whole file, and SQLite answers "busy" at once
# where other connections hold it, instead of waiting as it does for every other lock.
@retry(
    retry=retry_if_exception(lambda error: _primary_code(error) == sqlite3.SQLITE_BUSY),
    stop=stop_after_delay(BUSY_TIMEOUT),
    wait=wait_random(0, 0.02),
    reraise=True,
)
def _use_write_ahead_log(cursor: DBAPICursor) -> None:
    cursor.execute("PRAGMA journal_mode = WAL")


def _primary_code(error: BaseException) -> int | None:
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF  # the upper bits say more exactly why


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get("clinic_reading", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session that may write; commits at the end of the block, rolls back when it raises."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that only reads, and waits for no writer."""
    with Session(engine.execution_options(**READING), expire_on_commit=False) as session, session.begin():
        yield session


def take_turns(session: Session, name: str) -> None:
    """Let transactions that call this with the same name follow each other; SQLite's writers do anyway."""
    if session.get_bind().dialect.name == "postgresql":
        lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
        session.execute(lock, {"name": name})


def migrate(url: str, revision: str = "head") -> None:
    """Bring the schema of the database at ``url`` to ``revision``; concurrent callers take turns.

    The queue keeps tables of its own in the same database: ``service.queue.workflows.prepare`` makes those.

    Args:
        url: the database's address.
        revision: a revision's number, ``head`` for the newest or ``base`` for an empty database.
    """
    engine = create_engine(url)
    try:
        if revision == "head" and _is_newest(engine):
            return  # without Alembic, whose import takes memory that a server keeps
        from alembic import command

        config = _alembic_config()
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('gradient-clinic-migrations'))"))
            config.attributes["connection"] = connection
            current = _revision(connection)
            down = revision == "base" or (revision != "head" and current is not None and revision < current)
            (command.downgrade if down else command.upgrade)(config, revision)
    finally:
        engine.dispose()


def _is_newest(engine: Engine) -> bool:
    with reading(engine) as session:
        return stored_revision(session) == newest_revision()


def _alembic_config() -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("migrations")))
    return config


def newest_revision() -> str:
    """The revision that this program's tables need: the greatest number among the files of ``migrations.versions``."""
    names = [entry.name for entry in files("migrations").joinpath("versions").iterdir()]
    return max(name.partition("_")[0] for name in names if name[:1].isdigit())


def stored_revision(session: Session) -> str | None:
    """The revision of the database's schema; null where nothing was ever migrated."""
    return _revision(session.connection())


def _revision(connection: Connection) -> str | None:
    try:
        with connection.begin_nested():
            version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return version
    except (OperationalError, ProgrammingError):
        return None
