"""The settings of a process, read from ``CLINIC_*`` environment variables."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def available_cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Settings(BaseSettings):
    """Everything that can be set from outside; each is ``CLINIC_`` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="CLINIC_", frozen=True, extra="ignore")

    database_url: str = Field(
        default="sqlite:///clinic.db",
        description="SQLAlchemy address of the database: sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME.",
    )
    host: str = Field(default="127.0.0.1", description="The address on which the API listens.")
    port: int = Field(default=8000, ge=0, le=65535, description="The port of the API; 0 takes a free one.")
    allow_remote: bool = Field(
        default=False, description="Listen on an address that other machines reach; nothing asks callers who they are."
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
        default=3000, ge=1, description="MB of memory beyond which a child is replaced when its training has ended."
    )
    checkpoint_seconds: float = Field(
        default=2.0, ge=0, description="Least seconds between two checkpoints of a training; 0: after every chunk."
    )
    job_timeout: float = Field(
        default=3600.0, gt=0, description="Wall time in seconds after which a running training is ended as failed."
    )
    max_attempts: int = Field(
        default=3, ge=1, le=100, description="How often a job is started, when its process dies, before it has failed."
    )
    max_queue: int = Field(default=10_000, ge=1, description="Queued jobs beyond which a submission is answered 503.")
    max_body: int = Field(default=32 * 2**20, ge=1024, description="Bytes of a request body beyond which it is 413.")
    max_stream: int = Field(
        default=2**30, ge=1024, description="Bytes of rows that come as lines for predictions beyond which it is 413."
    )
    heartbeat: float = Field(default=1.0, gt=0, description="Seconds between two signs of life of an agent.")
    agent_timeout: float = Field(
        default=4.0, gt=0, description="Seconds of silence after which an agent is taken for dead."
    )
    log_level: str = Field(default="info", description="debug, info, warning or error.")
