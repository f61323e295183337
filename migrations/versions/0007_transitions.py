"""The database itself refuses a status that may not follow another, and a change of how something has ended.

The triggers say what ``service/database/job_states.py`` says; a test holds them against each other. SQLite drops a
table's triggers when Alembic makes the table anew (``batch_alter_table``): a migration that does so must make them
again.
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = ("jobs", "preflights")  # a preflight is never cancelled: its table has no such status
ALLOWED = (
    "queued>running",
    "queued>cancelled",
    "queued>failed",
    "running>succeeded",
    "running>failed",
    "running>cancelled",
    "running>queued",
)
ENDED = ("succeeded", "failed", "cancelled")
KEPT = ("attempt", "agent_id", "started_at", "finished_at")  # of what has ended; a verdict may still be passed anew


def listed(words: tuple[str, ...]) -> str:
    """The words as SQL's literals."""
    return ", ".join(f"'{word}'" for word in words)


TURN = f"OLD.status <> NEW.status AND OLD.status || '>' || NEW.status NOT IN ({listed(ALLOWED)})"


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION 'in %, what is % cannot become % or begin anew', TG_TABLE_NAME, OLD.status, NEW.status "
            "USING ERRCODE = 'check_violation'; END $$"
        )
    differs = "IS NOT" if sqlite else "IS DISTINCT FROM"
    changed = " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in KEPT)
    for table in TABLES:
        refuse(sqlite, f"{table}_transition", table, ("status",), TURN)
        refuse(sqlite, f"{table}_ended", table, KEPT, f"OLD.status IN ({listed(ENDED)}) AND ({changed})")


def refuse(sqlite: bool, name: str, table: str, columns: tuple[str, ...], condition: str) -> None:
    """Let no row of ``table`` change so that ``condition`` holds; both databases call it a broken constraint."""
    head = f"CREATE TRIGGER {name} BEFORE UPDATE OF {', '.join(columns)} ON {table} FOR EACH ROW WHEN ({condition})"
    if sqlite:
        op.execute(f"{head} BEGIN SELECT RAISE(ABORT, 'this status cannot follow that one in {table}'); END")
    else:
        op.execute(f"{head} EXECUTE FUNCTION refuse_change()")


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in TABLES:
        for name in (f"{table}_transition", f"{table}_ended"):
            op.execute(f"DROP TRIGGER {name}" if sqlite else f"DROP TRIGGER {name} ON {table}")
    if not sqlite:
        op.execute("DROP FUNCTION refuse_change()")
