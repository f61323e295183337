"""Defines the tables of the model registry: names, versions and aliases."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.database.base import Table


class ModelRow(Table):
    """A name under which a client's networks answer; each of its versions is the network of a job."""

    __tablename__ = "models"

    owner: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    description: Mapped[str | None] = mapped_column(Text)
    newest: Mapped[int] = mapped_column(Integer, default=0)  # the number given last; none is given twice
    revision: Mapped[int] = mapped_column(Integer, default=1)  # grows with every change a client can see: the ETag
    created_at: Mapped[datetime]


class ModelVersionRow(Table):
    """The network of a job as one version of a model; while it is one, the job cannot be deleted."""

    __tablename__ = "model_versions"
    __table_args__ = (
        ForeignKeyConstraint(["owner", "name"], ["models.owner", "models.name"], ondelete="CASCADE"),
        UniqueConstraint("owner", "name", "job_id"),
    )

    owner: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"), index=True)
    created_at: Mapped[datetime]


class ModelAliasRow(Table):
    """A word for one version of a model, e.g. ``champion``."""

    __tablename__ = "model_aliases"
    __table_args__ = (
        ForeignKeyConstraint(
            ["owner", "name", "number"],
            ["model_versions.owner", "model_versions.name", "model_versions.number"],
            ondelete="CASCADE",
        ),
    )

    owner: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    alias: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int] = mapped_column(Integer)


class UnloadedModelRow(Table):
    """A model, named or a job's, that an operator has unloaded: no process answers for it until it is loaded."""

    __tablename__ = "unloaded_models"

    owner: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    at: Mapped[datetime]
