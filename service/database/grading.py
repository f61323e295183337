"""Defines the tables of grading: assignments, submissions, and the gradings of submissions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from service.database.base import Table

STATUSES = "status IN ('queued', 'grading', 'graded', 'failed', 'cancelled')"


class SecretRow(Table):
    """A secret of the service itself, made with the schema; hidden seeds are drawn from the one named ``grading``."""

    __tablename__ = "secrets"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[bytes] = mapped_column(LargeBinary)


class AssignmentRow(Table):
    """A task that a teacher has set."""

    __tablename__ = "assignments"
    __table_args__ = (Index("ix_assignments_owner_id", "owner", "id"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(Text)
    content: Mapped[dict[str, Any]]  # the whole assignment, as service/grading/rubric/assignment.py reads it
    rules: Mapped[str] = mapped_column(String(64))  # digest of all in it that decides on a grade
    revision: Mapped[int] = mapped_column(Integer, default=1)  # grows with every change: the ETag
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]  # before that it does not exist for students
    grades_published_at: Mapped[datetime | None]  # some checks are shown only then


class RulebookRow(Table):
    """An assignment as it was while its rules had this digest: gradings are marked by the rules they began with."""

    __tablename__ = "rulebooks"

    assignment_id: Mapped[str] = mapped_column(ForeignKey("assignments.id", ondelete="CASCADE"), primary_key=True)
    rules: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[dict[str, Any]]


class SubmissionRow(Table):
    """A spec that somebody has submitted for an assignment, with its grade."""

    __tablename__ = "submissions"
    __table_args__ = (
        CheckConstraint(STATUSES, name="status"),
        Index("ix_submissions_assignment_id_author", "assignment_id", "author"),
        Index("ix_submissions_owner_id", "owner", "id"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner: Mapped[str] = mapped_column(String(64))  # that of the assignment
    assignment_id: Mapped[str] = mapped_column(ForeignKey("assignments.id"))
    author: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(16))
    spec: Mapped[dict[str, Any]] = mapped_column(deferred=True)  # as submitted, without the assignment's data
    answers: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))  # of spec and answers: what makes two submissions the same
    version: Mapped[int] = mapped_column(Integer, default=1)  # grows with every change a client can see
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    grading_id: Mapped[str | None] = mapped_column(String(64))  # the grading that counts
    rules: Mapped[str | None] = mapped_column(String(64))  # by which it was marked
    grade: Mapped[dict[str, Any] | None]  # that grading's, whole: jobs may be deleted without harm to it
    override: Mapped[dict[str, Any] | None]  # what a teacher has put in the grade's place, see rubric/overrides.py
    error: Mapped[dict[str, Any] | None]  # why there is none


class SubmissionKeyRow(Table):
    """A client's Idempotency-Key and the submission that it made."""

    __tablename__ = "submission_keys"

    owner: Mapped[str] = mapped_column(String(64), primary_key=True)  # who submitted
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    body_sha256: Mapped[str] = mapped_column(String(64))
    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"), index=True)


class GradingRow(Table):
    """One way of a spec through an assignment's rubric: its trainings, and at the end a grade."""

    __tablename__ = "gradings"
    __table_args__ = (CheckConstraint(STATUSES, name="status"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner: Mapped[str] = mapped_column(String(64))
    assignment_id: Mapped[str] = mapped_column(ForeignKey("assignments.id", ondelete="CASCADE"), index=True)
    submission_id: Mapped[str | None] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"), index=True)
    batch: Mapped[str | None] = mapped_column(String(64), index=True)  # what asked for it, if not the submission itself
    spec: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)  # where it is not a submission's
    rules: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(16), index=True)
    seeds: Mapped[list[int]] = mapped_column(JSON(none_as_null=True))  # hidden; all that may ever be wanted
    wanted: Mapped[int] = mapped_column(Integer)  # how many of them are
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    score: Mapped[float | None] = mapped_column(Float(53))
    grade: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    error: Mapped[dict[str, Any] | None]


class GradingJobRow(Table):
    """A training that a grading asks for. Its job is an ordinary one, and several gradings may share it."""

    __tablename__ = "grading_jobs"

    grading_id: Mapped[str] = mapped_column(ForeignKey("gradings.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(16), primary_key=True)  # main, baseline, repeat
    seed: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    job_id: Mapped[str] = mapped_column(String(64), index=True)  # it may be deleted once the grading has ended
    made: Mapped[bool] = mapped_column(Boolean)  # for this grading; else it was there
    tries: Mapped[int] = mapped_column(Integer)  # jobs that were asked for this training
