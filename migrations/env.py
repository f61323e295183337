"""Run by Alembic; ``service.database.session.migrate`` hands in a connection inside a transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from service.database.schema import METADATA


def is_ours(_object: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:
    """Whether an object of the database belongs to this schema; the queue keeps tables of its own."""
    return kind != "table" or name in METADATA.tables


def run(connection: Connection) -> None:
    """Bring the schema to the wanted revision within the connection's transaction."""
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        include_object=is_ours,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    context.run_migrations()


run(context.config.attributes["connection"])
