"""Inserts that may be made again: a commit whose answer was lost is."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.database.tables import Table


def insert_once(session: Session, table: type[Table], row: dict[str, Any]) -> None:
    """Insert a row, unless one with its primary key is there."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(dialect.insert(table).on_conflict_do_nothing().values(row))
