"""Jobs know their steps, their priority and the trace they belong to, and are found by when they ended.

The keys of a job are found by the job. PostgreSQL tells who listens that a job or a preflight has changed.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

WATCHED = ("jobs", "preflights")


def upgrade() -> None:
    op.add_column("jobs", sa.Column("steps", sa.BigInteger(), nullable=True))
    op.add_column("jobs", sa.Column("priority", sa.Integer(), nullable=False, server_default=sa.text("10")))
    for table in WATCHED:
        op.add_column(table, sa.Column("traceparent", sa.String(55), nullable=True))
    op.drop_index("ix_jobs_status", "jobs")  # the next one is an index of the status too
    op.create_index("ix_jobs_queue", "jobs", ["status", "priority", "id", "steps", "epochs"])
    op.create_index("ix_jobs_finished_at", "jobs", ["finished_at"])
    op.create_index("ix_idempotency_keys_job_id", "idempotency_keys", ["job_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            """
            CREATE FUNCTION clinic_tell_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM pg_notify('clinic_changes', OLD.id);
                RETURN NULL;
            END $$
            """
        )
        for table in WATCHED:
            op.execute(
                f"CREATE TRIGGER clinic_tell_change AFTER UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION clinic_tell_change()"
            )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in WATCHED:
            op.execute(f"DROP TRIGGER clinic_tell_change ON {table}")
        op.execute("DROP FUNCTION clinic_tell_change()")
    op.drop_index("ix_idempotency_keys_job_id", "idempotency_keys")
    op.drop_index("ix_jobs_finished_at", "jobs")
    op.drop_index("ix_jobs_queue", "jobs")
    op.create_index("ix_jobs_status", "jobs", ["status"])
    for table in WATCHED:
        op.drop_column(table, "traceparent")
    op.drop_column("jobs", "priority")
    op.drop_column("jobs", "steps")
