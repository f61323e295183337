"""Copies the whole database into a file while a service uses it, and restores it from such a file.

SQLite's file alone is no backup: what was written last is in the write-ahead log beside it. The copy is made by
SQLite's own backup interface within one transaction that reads: it is one moment of the database, and no writer waits.
PostgreSQL's is made by its own programs, in their custom format.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import inspect, make_url, select

from service.database.session import create_engine, newest_revision, reading, stored_revision
from service.database.tables import AgentRow
from service.database.usability import UnusableDatabase, is_damaged, require_place, sqlite_file
from service.settings import Settings

MAGIC = b"PGDMP"  # with which pg_dump's custom format begins
PRIVATE = 0o600  # a backup holds the digests of keys and all that users sent
REVISION = re.compile(r"^\d{4}$", re.MULTILINE)


class BackupFailed(UnusableDatabase):
    """A backup could not be made or restored; the text is one sentence for people."""


def back_up(settings: Settings, file: Path) -> str:
    """Write the database into a new file; its schema revision.

    Raises:
        UnusableDatabase: there is no database, the file exists or cannot be written, or the copy is damaged.
    """
    require_place(settings.database_url)
    source = sqlite_file(settings.database_url)
    if source is not None and not source.exists():
        raise BackupFailed(f"There is no database {source}.")
    with _new_file(file) as part:
        if source is not None:
            _copy(source, part)
        else:
            _run("pg_dump", "--format=custom", f"--file={part}", "--dbname", settings=settings)
        return _revision(part, file)


def _copy(source: Path, part: Path) -> None:
    with closing(_open(source, "rw")) as database, closing(sqlite3.connect(part)) as copy:
        try:
            database.backup(copy)
        except sqlite3.DatabaseError as error:
            if not is_damaged(error):
                raise
            raise BackupFailed(f"The database {source} is none of SQLite's, or damaged: {error}.") from error
        copy.execute("PRAGMA journal_mode = DELETE")  # the file is all there is of it


def restore(settings: Settings, file: Path, *, force: bool) -> str:
    """Replace the database by a backup; its schema revision.

    Args:
        settings: the database.
        file: that :func:`back_up` has written.
        force: whether a database that is not empty may be replaced.

    Raises:
        UnusableDatabase: the file is no backup or damaged, or the database is not empty or is in use.
    """
    if not file.is_file():
        raise BackupFailed(f"There is no file {file}.")
    require_place(settings.database_url)
    revision = _revision(file, file)
    if revision > newest_revision():
        raise BackupFailed(
            f"{file} was made by a newer version: its schema revision is {revision}, and this version knows "
            f"{newest_revision()}."
        )
    target = sqlite_file(settings.database_url)
    if target is None:
        _restore_postgresql(settings, file, revision, force=force)
    else:
        _restore_sqlite(target, file, force=force)
    return revision


def _restore_sqlite(target: Path, file: Path, *, force: bool) -> None:
    if target.exists() and target.samefile(file):
        raise BackupFailed(f"{file} is the database itself.")
    if target.exists():
        _require_unused(target, force=force)
    part = _beside(target)
    try:
        with closing(_open(file)) as backup, closing(sqlite3.connect(part)) as copy:
            backup.backup(copy)
        for ending in ("-wal", "-shm"):  # of the database that is replaced
            target.with_name(target.name + ending).unlink(missing_ok=True)
        part.replace(target)
    except (OSError, sqlite3.Error) as error:
        raise BackupFailed(f"{target} cannot be written: {error}.") from error
    finally:
        part.unlink(missing_ok=True)


def _require_unused(target: Path, *, force: bool) -> None:
    try:
        with closing(sqlite3.connect(target, timeout=0)) as database:
            if not force and database.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
                raise _not_empty(str(target))
            # SQLite leaves the write-ahead log only where nobody else has the database open.
            database.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        raise BackupFailed(f"{target} is in use ({error}): stop the service first.") from error
    except sqlite3.DatabaseError as error:
        if not force:
            raise BackupFailed(f"{target} is there, and no database ({error}): --force replaces it.") from error


def _restore_postgresql(settings: Settings, file: Path, revision: str, *, force: bool) -> None:
    engine = create_engine(settings)
    try:
        with reading(engine) as session:
            tables = inspect(session.connection()).get_table_names()
            stored = stored_revision(session)
            since = datetime.now(UTC) - timedelta(seconds=settings.agent_timeout + settings.heartbeat)
            living = select(AgentRow.id).where(AgentRow.tombstoned_at.is_(None), AgentRow.beat_at > since)
            busy = AgentRow.__tablename__ in tables and session.scalar(living.limit(1)) is not None
    finally:
        engine.dispose()
    if tables and not force:
        raise _not_empty(str(engine.url.database))
    if busy:
        raise BackupFailed("The database is in use by an agent: stop the service first.")
    if stored is not None and stored > revision:
        raise BackupFailed(
            f"The database is of schema revision {stored}, and the backup of {revision}: tables that the backup does "
            "not know would stay. Restore it into a new database."
        )
    options = ["--clean", "--if-exists"] if force else []
    _run(
        "pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", *options, str(file),
        "--dbname", settings=settings,
    )  # fmt: skip


def _not_empty(name: str) -> BackupFailed:
    return BackupFailed(f"The database {name} is not empty: --force replaces everything in it.")


def _revision(part: Path, file: Path) -> str:
    """The schema revision in a backup, which has been found whole.

    Args:
        part: where the backup is.
        file: its name in messages.
    """
    with part.open("rb") as content:
        postgresql = content.read(len(MAGIC)) == MAGIC
    if postgresql:
        text = _run("pg_restore", "--data-only", "--table=alembic_version", "--file=-", str(part))
        found = REVISION.search(text)
        revision = None if found is None else found[0]
    else:
        revision = _sqlite_revision(part, file)
    if revision is None:
        raise BackupFailed(f"{file} holds no database of Gradient Clinic.")
    return revision


def _sqlite_revision(part: Path, file: Path) -> str | None:
    try:
        with closing(_open(part)) as copy:
            (verdict, *_) = copy.execute("PRAGMA integrity_check(1)").fetchone()
            if verdict != "ok":
                raise BackupFailed(f"{file} is damaged: {verdict}.")
            (revision,) = copy.execute("SELECT version_num FROM alembic_version").fetchone() or (None,)
            return None if revision is None else str(revision)
    except sqlite3.OperationalError:  # no such table
        return None
    except sqlite3.DatabaseError as error:
        raise BackupFailed(f"{file} is damaged, or no backup: {error}.") from error


def _open(path: Path, mode: str = "ro") -> sqlite3.Connection:
    """Open a database that exists, as a rule to read only."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=30)


def _beside(file: Path) -> Path:
    """A new, empty, private file in the same folder."""
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
    return part


@contextmanager
def _new_file(file: Path) -> Iterator[Path]:
    """Yield a file to write; it gets its name at the end of the block, and is gone where that fails."""
    try:
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))  # the name is ours
    except FileExistsError as error:
        raise BackupFailed(f"{file} is there already, and is not overwritten.") from error
    except OSError as error:
        raise BackupFailed(f"{file} cannot be written: {error.strerror}.") from error
    part = None
    try:
        part = _beside(file)
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(file)
    except BaseException as error:
        file.unlink()
        if isinstance(error, OSError | sqlite3.Error):
            raise BackupFailed(f"{file} cannot be written: {error}.") from error
        raise
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


def _run(program: str, *arguments: str, settings: Settings | None = None) -> str:
    """Run one of PostgreSQL's programs; what it prints.

    Args:
        program: its name.
        arguments: after which the database's address comes, without its password, where there are settings.
        settings: for the address.
    """
    path = shutil.which(program)
    if path is None:
        raise BackupFailed(
            f"{program} is not installed: PostgreSQL's own client programs make and restore its backups."
        )
    command, variables = [path, *arguments], dict(os.environ)
    if settings is not None:
        url = make_url(settings.database_url)
        if url.password is not None:
            variables["PGPASSWORD"] = url.password
        command.append(url._replace(drivername="postgresql", password=None).render_as_string(hide_password=False))
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise BackupFailed(f"{program} failed: {lines[0].removeprefix(f'{program}: ')}.")
    return done.stdout
