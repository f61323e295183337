"""The settings of a process, read from ``CLINIC_*`` environment variables."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

CONTAINER_MEMORY = Path("/sys/fs/cgroup/memory.max")
DATABASES = frozenset({"sqlite", "sqlite+pysqlite", "postgresql", "postgres", "postgresql+psycopg"})
YEAR = 365 * 86_400  # seconds


def available_cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def available_memory() -> int:
    """The MB of memory that this process may use: those of its container where that has a limit, else the machine's."""
    import psutil

    found = psutil.virtual_memory().total
    with suppress(OSError, ValueError):  # no limit, or another system
        found = min(found, int(CONTAINER_MEMORY.read_text(encoding="ascii")))
    return found // 2**20


def database_address(url: str) -> str:
    """Take the address of a database that the service can use: a SQLite file, or PostgreSQL by psycopg.

    Raises:
        ValueError: it is another database's, or no address.
    """
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        address = make_url(url)
    except ArgumentError as error:
        raise ValueError(str(error)) from error
    if address.drivername not in DATABASES:
        raise ValueError(f"a database of the kind {address.drivername!r}")
    if address.get_backend_name() == "sqlite" and address.database in {None, "", ":memory:"}:
        raise ValueError("a database in memory, which other processes do not see")
    return url


class Settings(BaseSettings):
    """Everything that can be set from outside; each is ``CLINIC_`` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="CLINIC_", frozen=True, extra="ignore", allow_inf_nan=False)

    database_url: Annotated[str, AfterValidator(database_address)] = Field(
        default="sqlite:///clinic.db",
        description="SQLAlchemy address of the database: sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME.",
    )
    host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="The address on which the API listens; one that other machines reach needs a key in the database.",
    )
    port: int = Field(default=8000, ge=0, le=65535, description="The port of the API; 0 takes a free one.")
    operator_key: SecretStr | None = Field(
        default=None,
        exclude=True,  # no other process is told
        description="The secret of an operator's key that `clinic migrate` and `clinic serve` make sure of: "
        "clinic_ and 43 or more letters, of 256 random bits.",
    )
    slots: int = Field(
        default_factory=available_cores,
        ge=1,
        le=256,
        description="Trainings that one agent runs at the same time; each has a warm child process.",
    )
    threads: int = Field(
        default=1, ge=1, le=256, description="Threads that one training may use; results are reproducible for a number."
    )
    cache_dir: Path = Field(
        default=Path(".clinic-cache"), description="Folder for compiled programs, shared by the children."
    )
    child_memory: int = Field(
        default=3000,
        ge=1,
        description="MB of memory beyond which a child is replaced when its training has ended; "
        "it is also replaced beyond half of what a training may use.",
    )
    max_child_memory: int = Field(
        default_factory=lambda: available_memory() * 3 // 4,
        ge=1,
        description="MB of memory beyond which a running training is ended as failed; default three quarters of all.",
    )
    checkpoint_seconds: float = Field(
        default=2.0,
        ge=0,
        le=YEAR,
        description="Least seconds between two checkpoints of a training; 0: after every chunk.",
    )
    job_timeout: float = Field(
        default=3600.0,
        gt=0,
        le=YEAR,
        description="Wall time in seconds after which a running training is ended as failed.",
    )
    max_attempts: int = Field(
        default=3, ge=1, le=100, description="How often a job is started, when its process dies, before it has failed."
    )
    model_memory: int = Field(
        default=256, ge=1, description="MB that the networks of an API process may take; those used last are kept."
    )
    max_queue: int = Field(default=10_000, ge=1, description="Queued jobs beyond which a submission is answered 503.")
    max_queued_per_owner: int | None = Field(
        default=None, ge=1, description="Queued jobs of one owner beyond which a submission is answered 429."
    )
    max_running_per_owner: int | None = Field(
        default=None, ge=1, description="Jobs and preflights of one owner that run at a time, over all agents."
    )
    retention_days: float | None = Field(
        default=None, gt=0, le=36_500, description="Days after which an ended job is deleted with all that it left."
    )
    grading_secret: SecretStr | None = Field(
        default=None,
        exclude=True,  # no other process is told; agents draw no seeds
        min_length=16,
        description="From which hidden seeds of assignments are drawn; without it, from one that the database keeps.",
    )
    max_body: int = Field(default=32 * 2**20, ge=1024, description="Bytes of a request body beyond which it is 413.")
    max_stream: int = Field(
        default=2**30, ge=1024, description="Bytes of rows that come as lines for predictions beyond which it is 413."
    )
    heartbeat: float = Field(default=1.0, gt=0, le=3600, description="Seconds between two signs of life of an agent.")
    agent_timeout: float = Field(
        default=4.0, gt=0, le=86_400, description="Seconds of silence after which an agent is taken for dead."
    )
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], BeforeValidator(lambda given: str(given).lower())
    ] = Field(default="info", description="debug, info, warning or error.")
    log_format: Literal["text", "json"] = Field(default="text", description="text, or json: one object a line.")
