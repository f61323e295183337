"""A PostgreSQL database of which tests get copies, and how a used copy becomes a new one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, create_engine, text

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
