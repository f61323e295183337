"""Assignments, submissions and their gradings, and the secret from which hidden seeds are drawn.

The triggers say what ``service/database/submission_states.py`` says, as those of 0007 do for jobs; a submission's name,
author and time never change, nor does a grading's grade once it has one.
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True)
STATUSES = "status IN ('queued', 'grading', 'graded', 'failed', 'cancelled')"
ALLOWED = (
    "queued>grading",
    "queued>failed",
    "queued>cancelled",
    "grading>graded",
    "grading>failed",
    "grading>cancelled",
)
ENDED = "OLD.status IN ('graded', 'failed', 'cancelled')"
GUARDED = ("submissions", "gradings")
FIXED = {  # table -> columns that never change, and those that do not once it has ended
    "submissions": (("owner", "assignment_id", "author", "created_at", "digest"), ("finished_at",)),
    "gradings": (
        ("owner", "assignment_id", "submission_id", "rules", "created_at"),
        ("finished_at", "grade", "score", "wanted"),
    ),
}


def upgrade() -> None:
    named = op.create_table(
        "secrets",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_secrets"),
    )
    op.bulk_insert(named, [{"name": "grading", "value": secrets.token_bytes(32)}])
    _create_assignments()
    _create_submissions()
    _create_gradings()
    sqlite = op.get_bind().dialect.name == "sqlite"
    turns = ", ".join(f"'{turn}'" for turn in ALLOWED)
    turn = f"OLD.status <> NEW.status AND OLD.status || '>' || NEW.status NOT IN ({turns})"
    for table in GUARDED:
        never, ended = FIXED[table]
        _refuse(sqlite, f"{table}_transition", table, ("status",), turn)
        _refuse(sqlite, f"{table}_fixed", table, never, _changed(sqlite, never))
        _refuse(sqlite, f"{table}_ended", table, ended, f"{ENDED} AND ({_changed(sqlite, ended)})")
    if not sqlite:
        op.execute(
            "CREATE TRIGGER clinic_tell_change AFTER UPDATE OR DELETE ON submissions "
            "FOR EACH ROW EXECUTE FUNCTION clinic_tell_change()"
        )


def downgrade() -> None:
    for table in ("grading_jobs", "gradings", "submission_keys", "submissions", "rulebooks", "assignments", "secrets"):
        op.drop_table(table)  # its triggers go with it


def _create_assignments() -> None:
    op.create_table(
        "assignments",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("rules", sa.String(64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("published_at", TIME, nullable=True),
        sa.Column("grades_published_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_assignments"),
    )
    op.create_index("ix_assignments_owner_id", "assignments", ["owner", "id"])
    op.create_table(
        "rulebooks",
        sa.Column("assignment_id", sa.String(64), nullable=False),
        sa.Column("rules", sa.String(64), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name="fk_rulebooks_assignment_id_assignments", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("assignment_id", "rules", name="pk_rulebooks"),
    )


def _create_submissions() -> None:
    op.create_table(
        "submissions",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("assignment_id", sa.String(64), nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("spec", JSON, nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("finished_at", TIME, nullable=True),
        sa.Column("grading_id", sa.String(64), nullable=True),
        sa.Column("rules", sa.String(64), nullable=True),
        sa.Column("grade", JSON, nullable=True),
        sa.Column("override", JSON, nullable=True),
        sa.Column("error", JSON, nullable=True),
        sa.CheckConstraint(STATUSES, name="ck_submissions_status"),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name="fk_submissions_assignment_id_assignments"),
        sa.PrimaryKeyConstraint("id", name="pk_submissions"),
    )
    op.create_index("ix_submissions_assignment_id_author", "submissions", ["assignment_id", "author"])
    op.create_index("ix_submissions_owner_id", "submissions", ["owner", "id"])
    op.create_table(
        "submission_keys",
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("body_sha256", sa.String(64), nullable=False),
        sa.Column("submission_id", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name="fk_submission_keys_submission_id_submissions",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("owner", "key", name="pk_submission_keys"),
    )
    op.create_index("ix_submission_keys_submission_id", "submission_keys", ["submission_id"])


def _create_gradings() -> None:
    op.create_table(
        "gradings",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("assignment_id", sa.String(64), nullable=False),
        sa.Column("submission_id", sa.String(64), nullable=True),
        sa.Column("batch", sa.String(64), nullable=True),
        sa.Column("spec", JSON, nullable=True),
        sa.Column("rules", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("seeds", JSON, nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("finished_at", TIME, nullable=True),
        sa.Column("score", sa.Float(53), nullable=True),
        sa.Column("grade", JSON, nullable=True),
        sa.Column("error", JSON, nullable=True),
        sa.CheckConstraint(STATUSES, name="ck_gradings_status"),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name="fk_gradings_assignment_id_assignments", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name="fk_gradings_submission_id_submissions", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_gradings"),
    )
    for column in ("assignment_id", "submission_id", "batch", "status"):
        op.create_index(f"ix_gradings_{column}", "gradings", [column])
    op.create_table(
        "grading_jobs",
        sa.Column("grading_id", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("seed", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("job_id", sa.String(64), nullable=False),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["grading_id"], ["gradings.id"], name="fk_grading_jobs_grading_id_gradings", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("grading_id", "role", "seed", name="pk_grading_jobs"),
    )
    op.create_index("ix_grading_jobs_job_id", "grading_jobs", ["job_id"])


def _changed(sqlite: bool, columns: tuple[str, ...]) -> str:
    """That one of the columns takes another value; PostgreSQL cannot compare JSON but as text."""
    if sqlite:
        return " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in columns)
    return " OR ".join(f"NEW.{column}::text IS DISTINCT FROM OLD.{column}::text" for column in columns)


def _refuse(sqlite: bool, name: str, table: str, columns: tuple[str, ...], condition: str) -> None:
    """Let no row of ``table`` change so that ``condition`` holds, see 0007."""
    head = f"CREATE TRIGGER {name} BEFORE UPDATE OF {', '.join(columns)} ON {table} FOR EACH ROW WHEN ({condition})"
    if sqlite:
        op.execute(f"{head} BEGIN SELECT RAISE(ABORT, 'this cannot change in {table}'); END")
    else:
        op.execute(f"{head} EXECUTE FUNCTION refuse_change()")
