"""Trials of patches, and the judgements that were passed before the newest one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True)


def upgrade() -> None:
    op.create_table(
        "trials",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("job_id", sa.String(64), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("spec", JSON, nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("seeds", JSON, nullable=False),
        sa.Column("control_seeds", JSON, nullable=False),
        sa.Column("metric", JSON, nullable=False),
        sa.Column("arms", JSON, nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("idempotency_key", sa.String(255), nullable=True),
        sa.Column("body_sha256", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_trials"),
        sa.UniqueConstraint("owner", "idempotency_key", name="uq_trials_owner"),
    )
    op.create_index("ix_trials_job_id", "trials", ["job_id"])
    op.create_index("ix_trials_settled", "trials", ["settled"])
    op.create_table(
        "diagnoses",
        sa.Column("job_id", sa.String(64), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_diagnoses_job_id_jobs", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "version", name="pk_diagnoses"),
    )


def downgrade() -> None:
    op.drop_table("diagnoses")
    op.drop_table("trials")
