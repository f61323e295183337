"""Jobs that are trained one after the other by the child that has the first one's programs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("leader", sa.String(64), nullable=True))
    op.create_index("ix_jobs_leader", "jobs", ["leader", "id"])


def downgrade() -> None:
    op.drop_index("ix_jobs_leader", "jobs")
    op.drop_column("jobs", "leader")
