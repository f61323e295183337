"""Makes sure that a database can be used before a command begins, and says in one sentence why it cannot."""

from __future__ import annotations

import logging
import os
import sqlite3
import sys
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from service.database.filesystem import SharedFileSystem, require_own_machine
from service.database.outages import is_outage
from service.database.session import create_engine, newest_revision, reading, stored_revision
from service.settings import Settings

logger = logging.getLogger(__name__)

SUBSECONDS = (3, 42)  # the version of SQLite from which on unixepoch('subsec') is known
DAMAGED = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}


class UnusableDatabase(Exception):
    """The database cannot be used; the text is one sentence for people."""


class NoDatabase(UnusableDatabase):
    """There is no database, or it has no tables of ours."""


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite database, None for PostgreSQL and for addresses that SQLite itself must read (``file:``)."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or not address.database or address.database.startswith("file:"):
        return None
    return Path(address.database)


def is_too_old(python: tuple[int, ...], sqlite: tuple[int, ...]) -> bool:
    """Whether SQLite lacks what the queue's library asks of it: from Python 3.12 on, ``unixepoch('subsec')``.

    Example:
        >>> is_too_old((3, 12), (3, 40, 1)), is_too_old((3, 12), (3, 42, 0)), is_too_old((3, 11), (3, 40, 1))
        (True, False, False)
    """
    return python >= (3, 12) and sqlite < SUBSECONDS


def require_place(url: str) -> None:
    """Make sure that a database may be where its address says; the database itself need not exist.

    Raises:
        UnusableDatabase: SQLite is too old, or its file cannot be there or be written.
    """
    if make_url(url).get_backend_name() == "sqlite" and is_too_old(sys.version_info[:2], sqlite3.sqlite_version_info):
        raise UnusableDatabase(
            f"The SQLite of this Python is {sqlite3.sqlite_version}, and from Python 3.12 on the queue needs 3.42 or "
            "later: use Python 3.11, a Python with a newer SQLite, or PostgreSQL."
        )
    try:
        require_own_machine(url)
    except SharedFileSystem as error:
        raise UnusableDatabase(str(error)) from error
    file = sqlite_file(url)
    if file is None:
        return
    try:
        if file.is_dir():
            raise UnusableDatabase(f"{file} is a folder, and a SQLite database is a file.")
        if not file.parent.is_dir():
            raise UnusableDatabase(f"There is no folder {file.parent.absolute()} for the database {file.name}.")
        writable = os.access(file if file.exists() else file.parent, os.W_OK)
    except OSError as error:  # a name that is too long, a folder that may not be entered
        raise UnusableDatabase(f"The database {file} cannot be opened: {error.strerror}.") from error
    if not writable:
        raise UnusableDatabase(f"The database {file} cannot be written by this user.")


def require_schema(settings: Settings, *, now: bool) -> None:
    """Make sure that a database has this version's tables; nothing is made where there is none.

    A schema that is newer than this version's is that of a deployment under way.

    Args:
        settings: with the database's address.
        now: whether a server of databases must answer now; else it is waited for later, as while a service runs.

    Raises:
        NoDatabase: there is none, or it was never migrated.
        UnusableDatabase: its place or its schema is not as this version needs it.
    """
    require_place(settings.database_url)
    file = sqlite_file(settings.database_url)
    if file is not None and not file.exists():
        raise NoDatabase(f"There is no database {file}: `clinic migrate` makes it.")
    engine = create_engine(settings)
    try:
        with reading(engine) as session:
            stored = stored_revision(session)
    except SQLAlchemyError as error:
        if file is None and not now and is_outage(error):
            logger.warning("%s", sentence(error))
            return
        raise
    finally:
        engine.dispose()
    if stored is None:
        raise NoDatabase(f"The database {name_of(settings.database_url)} has no tables: `clinic migrate` makes them.")
    if stored < newest_revision():
        raise UnusableDatabase(
            f"The database is of schema revision {stored}, and this version needs {newest_revision()}: "
            "`clinic migrate` brings it there."
        )


def name_of(url: str) -> str:
    """A database's name in messages: the file of SQLite, the address of a server without its password."""
    file = sqlite_file(url)
    return make_url(url).render_as_string(hide_password=True) if file is None else str(file)


def is_damaged(error: BaseException) -> bool:
    """Whether SQLite has found that a file is no database, or a damaged one."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in DAMAGED


def sentence(error: BaseException) -> str | None:
    """Say what is wrong with a database; None where the error is another, or a mistake of ours."""
    if isinstance(error, UnusableDatabase):
        return str(error)
    if not isinstance(error, SQLAlchemyError):
        return None
    cause = getattr(error, "orig", None) or error
    reason = (str(cause).strip().splitlines() or [type(cause).__name__])[0].rstrip(".")
    if is_damaged(cause):
        return f"The file of the database is none of SQLite's, or damaged: {reason}."
    if is_outage(error):
        return f"The database cannot be used: {reason}."
    return None
