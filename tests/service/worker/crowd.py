"""Many jobs at once, stored by the database itself."""

from __future__ import annotations

from sqlalchemy import Engine, inspect, text

from service.database.session import writing


def multiply(engine: Engine, job_id: str, number: int) -> None:
    """Store ``number`` copies of a job and of its waiting workflow, with ids that follow its own."""
    schema = "dbos" if engine.dialect.name == "postgresql" else None
    tables = [
        (None, "jobs", "id"),
        (schema, "workflow_status", "workflow_uuid"),
        (schema, "workflow_input", "workflow_uuid"),
    ]
    with writing(engine) as session:
        for place, table, key in tables:
            columns = [column["name"] for column in inspect(session.connection()).get_columns(table, place)]
            others = ", ".join(f'"{column}"' for column in columns if column != key)
            name = f"{place}.{table}" if place else table
            copy = text(
                f"WITH RECURSIVE copies(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < :number) "
                f"INSERT INTO {name} ({key}, {others}) "
                f"SELECT {key} || '-' || CAST(n AS VARCHAR(9)), {others} FROM {name}, copies WHERE {key} = :job_id"
            )
            session.execute(copy, {"number": number, "job_id": job_id})
