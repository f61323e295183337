"""Many jobs at once, copied by the database itself."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Engine, inspect, text

from service.database.session import writing

QUEUED = {"jobs": "id", "dbos.workflow_status": "workflow_uuid", "dbos.workflow_input": "workflow_uuid"}
ENDED = {"jobs": "id", **dict.fromkeys(("labels", "events", "epoch_metrics", "traces"), "job_id")}
COUNTED = {"events": "id"}  # numbered by the database
SHARED: Final = 28  # characters of a job's id that its copies have as well
FIRST: Final = 100_000_000_000  # the last twelve are digits


def copy_of(job_id: str, number: int) -> str:
    """The id of a copy, the first one being 1."""
    return f"{job_id[:SHARED]}{FIRST + number}"


def multiply(engine: Engine, job_id: str, number: int, tables: dict[str, str]) -> None:
    """Store ``number`` copies of a job.

    Args:
        engine: the database.
        job_id: what is copied.
        number: how often.
        tables: the tables that have rows of it, and the column that names it.
    """
    with writing(engine) as session:
        for table, key in tables.items():
            schema, _, name = table.rpartition(".")
            if engine.dialect.name == "sqlite":
                schema = ""
            found = inspect(session.connection()).get_columns(name, schema or None)
            columns = [column["name"] for column in found if column["name"] not in {key, COUNTED.get(name)}]
            place, others = f"{schema}.{name}".strip("."), ", ".join(f'"{column}"' for column in columns)
            copy = text(
                f"WITH RECURSIVE copies(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < :number) "
                f"INSERT INTO {place} ({key}, {others}) "
                f"SELECT substr({key}, 1, {SHARED}) || CAST({FIRST} + n AS VARCHAR(12)), {others} "
                f"FROM {place}, copies WHERE {key} = :job_id"
            )
            session.execute(copy, {"number": number, "job_id": job_id})
