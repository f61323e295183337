"""Defines the tables of jobs, experiments and agents.

The job's row is the only truth about a job that a client ever sees.
"""

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
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from service.database.base import Sequence, Table, UtcDateTime


class JobRow(Table):
    """One queued training, from submission to its end."""

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("status IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')", name="status"),
        Index("ix_jobs_owner_status", "owner", "status"),
        Index("ix_jobs_leader", "leader", "id"),
        Index("ix_jobs_queue", "status", "priority", "id", "steps", "epochs"),  # all that a place in it takes
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)  # sortable: newest has the greatest id
    owner: Mapped[str] = mapped_column(String(64))
    name: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16))
    spec: Mapped[dict[str, Any]]
    spec_hash: Mapped[str] = mapped_column(String(80), index=True)
    attempt: Mapped[int] = mapped_column(Integer, default=0)  # every write of an agent carries it (the fence)
    agent_id: Mapped[str | None] = mapped_column(String(64))
    cancel_requested: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[int] = mapped_column(Integer, default=1)  # grows with every change a client can see: the ETag
    epoch: Mapped[int] = mapped_column(Integer, default=0)
    epochs: Mapped[int] = mapped_column(Integer)
    steps: Mapped[int | None] = mapped_column(BigInteger)  # of the whole training; null in rows of old
    priority: Mapped[int] = mapped_column(Integer, server_default=text("10"))  # in the queue; the smallest goes first
    leader: Mapped[str | None] = mapped_column(String(64))  # the job after which it is trained, in that one's workflow
    traceparent: Mapped[str | None] = mapped_column(String(55))  # W3C's, of the request, where it is traced
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime(), index=True)
    result: Mapped[dict[str, Any] | None]  # the job's "result" member
    error: Mapped[dict[str, Any] | None]  # the job's "error" member
    evaluation: Mapped[dict[str, Any] | None]  # {metrics, non_finite, confusion_matrix, classes, decisions}
    receipt: Mapped[dict[str, Any] | None]
    diagnosis: Mapped[dict[str, Any] | None]
    trace_layers: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))


class LabelRow(Table):
    """A client's label on a job."""

    __tablename__ = "labels"
    __table_args__ = (Index("ix_labels_key_value", "key", "value"),)

    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    value: Mapped[str] = mapped_column(String(256))


class EventRow(Table):
    """What happened to a job, in the order of ``id``.

    Written only in a transaction that has updated the job's row before: its lock makes the ids of one job grow in
    the order of their commits, so that a reader who has seen id n never misses a smaller one.
    """

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_job_id_id", "job_id", "id"),)

    id: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    type: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    data: Mapped[dict[str, Any]]


class EpochMetricRow(Table):
    """One metric of one epoch; ``value`` is null where it is not finite, and ``non_finite`` then says what it was."""

    __tablename__ = "epoch_metrics"

    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    metric: Mapped[str] = mapped_column(String(64), primary_key=True)
    epoch: Mapped[int] = mapped_column(Integer, primary_key=True)
    value: Mapped[float | None] = mapped_column(Float(53))
    non_finite: Mapped[str | None] = mapped_column(String(4))


class TraceRow(Table):
    """Consecutive rows of a job's trace, as safetensors.

    The file holds ``epoch`` (E,) int64, ``quantities.NAME`` (E, L) float32 and ``overall.NAME`` (E,) float32.
    """

    __tablename__ = "traces"

    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    first_epoch: Mapped[int] = mapped_column(Integer, primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class SurfaceRow(Table):
    """The decision surface after an epoch, as safetensors: ``x`` (R,), ``y`` (R,), ``output`` (R, R, K)."""

    __tablename__ = "surfaces"

    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    epoch: Mapped[int] = mapped_column(Integer, primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class CheckpointRow(Table):
    """Everything that decides how a job's training goes on after an epoch, as its child has said it.

    Only a job that has not ended has some.
    """

    __tablename__ = "checkpoints"

    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    epoch: Mapped[int] = mapped_column(Integer, primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ArtifactRow(Table):
    """A file that a training left: weights, keras, tflite, signature, predictions."""

    __tablename__ = "artifacts"

    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(128))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class IdempotencyRow(Table):
    """A client's Idempotency-Key and the job that it made."""

    __tablename__ = "idempotency_keys"

    owner: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    body_sha256: Mapped[str] = mapped_column(String(64))
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]


class ComparisonRow(Table):
    """Specs that are compared over seeds. Its jobs are ordinary ones: each may be cancelled or deleted by itself."""

    __tablename__ = "comparisons"
    __table_args__ = (UniqueConstraint("owner", "idempotency_key"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    seeds: Mapped[list[int]] = mapped_column(JSON(none_as_null=True))
    variants: Mapped[list[dict[str, Any]]] = mapped_column(JSON(none_as_null=True))  # {name, spec_hash, jobs: by seed}
    cancel_requested: Mapped[bool] = mapped_column(Boolean, default=False)
    idempotency_key: Mapped[str | None] = mapped_column(String(255))
    body_sha256: Mapped[str | None] = mapped_column(String(64))  # of the request that came with the key


class TrialRow(Table):
    """Patches that are tried against the spec of a job. Its jobs are ordinary ones.

    ``arms`` grows when a round has ended and another one follows; ``settled`` says that none will. The job that it
    began with may be deleted meanwhile, so ``spec`` keeps what it was about.
    """

    __tablename__ = "trials"
    __table_args__ = (UniqueConstraint("owner", "idempotency_key"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner: Mapped[str] = mapped_column(String(64))
    job_id: Mapped[str] = mapped_column(String(64), index=True)
    created_at: Mapped[datetime]
    spec: Mapped[dict[str, Any]] = mapped_column(deferred=True)  # canonical, with the first seed
    name: Mapped[str | None] = mapped_column(Text)
    seeds: Mapped[list[int]] = mapped_column(JSON(none_as_null=True))
    control_seeds: Mapped[list[int]] = mapped_column(JSON(none_as_null=True))  # of the no-op control
    metric: Mapped[dict[str, Any]]  # {split, name, higher}: what runs are compared by
    arms: Mapped[list[dict[str, Any]]] = mapped_column(
        JSON(none_as_null=True)
    )  # see service/experiments/trials/arms.py
    settled: Mapped[bool] = mapped_column(Boolean, index=True)
    cancel_requested: Mapped[bool] = mapped_column(Boolean, default=False)
    idempotency_key: Mapped[str | None] = mapped_column(String(255))
    body_sha256: Mapped[str | None] = mapped_column(String(64))  # of the request that came with the key


class DiagnosisRow(Table):
    """An earlier judgement on a job: the last one that was passed with a version of the rules."""

    __tablename__ = "diagnoses"

    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[dict[str, Any]]


class PreflightRow(Table):
    """A look at a spec's untrained networks, from its request to its answer."""

    __tablename__ = "preflights"
    __table_args__ = (
        CheckConstraint("status IN ('queued', 'running', 'succeeded', 'failed')", name="status"),
        Index("ix_preflights_owner_spec_hash", "owner", "spec_hash"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(16), index=True)
    spec: Mapped[dict[str, Any]]
    spec_hash: Mapped[str] = mapped_column(String(80))
    single_batch: Mapped[bool] = mapped_column(Boolean)  # whether the test on one batch was asked for
    rules: Mapped[str] = mapped_column(String(16))  # the version of thresholds and rules that judge it
    attempt: Mapped[int] = mapped_column(Integer, default=0)  # every write of an agent carries it (the fence)
    handed_back: Mapped[int] = mapped_column(Integer, default=0)  # attempts that did not end because their agent did
    agent_id: Mapped[str | None] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(Integer, default=1)  # grows with every change a client can see: the ETag
    traceparent: Mapped[str | None] = mapped_column(String(55))  # of the request, where it is traced
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any] | None]
    error: Mapped[dict[str, Any] | None]


class AgentRow(Table):
    """A node agent that is, or was, alive."""

    __tablename__ = "agents"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)  # also its executor id; fresh for every process
    host: Mapped[str] = mapped_column(String(255))
    pid: Mapped[int] = mapped_column(Integer)
    slots: Mapped[int] = mapped_column(Integer)
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    tombstoned_at: Mapped[datetime | None]
