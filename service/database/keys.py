"""Defines the table of API keys."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from service.database.base import Table


class ApiKeyRow(Table):
    """A key by which a caller is known; what is stored of its secret is a hash.

    The row stays when the key is revoked: a service that has ever had a key asks for one.
    """

    __tablename__ = "api_keys"
    __table_args__ = (
        CheckConstraint("scope IN ('student', 'teacher', 'operator')", name="scope"),
        CheckConstraint("(scope = 'student') = (author IS NOT NULL)", name="author"),
        Index("ix_api_keys_teacher", "teacher", "scope"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str | None] = mapped_column(String(200))
    scope: Mapped[str] = mapped_column(String(16))
    owner: Mapped[str] = mapped_column(String(64))  # whose rows its caller sees and makes
    teacher: Mapped[str] = mapped_column(String(64))  # owner of the assignments that its caller meets
    author: Mapped[str | None] = mapped_column(String(200))  # under whose name a student submits
    prefix: Mapped[str] = mapped_column(String(16))  # the secret's first letters, for people
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]  # to about a minute
    revoked_at: Mapped[datetime | None]
