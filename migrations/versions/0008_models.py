"""Models with versions and aliases, and which of them are unloaded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "models",
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("newest", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("owner", "name", name="pk_models"),
    )
    op.create_table(
        "model_versions",
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("job_id", sa.String(64), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["owner", "name"],
            ["models.owner", "models.name"],
            name="fk_model_versions_owner_models",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_model_versions_job_id_jobs"),
        sa.PrimaryKeyConstraint("owner", "name", "number", name="pk_model_versions"),
        sa.UniqueConstraint("owner", "name", "job_id", name="uq_model_versions_owner"),
    )
    op.create_index("ix_model_versions_job_id", "model_versions", ["job_id"])
    op.create_table(
        "model_aliases",
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("alias", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner", "name", "number"],
            ["model_versions.owner", "model_versions.name", "model_versions.number"],
            name="fk_model_aliases_owner_model_versions",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("owner", "name", "alias", name="pk_model_aliases"),
    )
    op.create_table(
        "unloaded_models",
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("owner", "name", name="pk_unloaded_models"),
    )


def downgrade() -> None:
    op.drop_table("unloaded_models")
    op.drop_table("model_aliases")
    op.drop_table("model_versions")
    op.drop_table("models")
