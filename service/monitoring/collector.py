"""Collects Prometheus metrics of queue, agents and trainings from the database, the same in every API process."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from service.database.job_states import LIVE, TERMINAL, JobStatus
from service.database.session import reading
from service.database.tables import EventRow, JobRow, PreflightRow
from service.monitoring.tally import Distribution, Tally
from service.queue import agents as registered

logger = logging.getLogger(__name__)

LOOKED_BACK = 16  # events of a running job, from whose times its speed is read: some seconds of training
UNITS: dict[str, type[JobRow | PreflightRow]] = {"job": JobRow, "preflight": PreflightRow}


class WorkCollector(Collector):
    """Reads the metrics when Prometheus asks for them.

    Args:
        engine: the database.
        patience: silence after which an agent is no longer counted.
    """

    def __init__(self, engine: Engine, patience: timedelta) -> None:
        self._engine = engine
        self._patience = patience
        self._tally = Tally()

    def collect(self) -> Iterator[Metric]:
        """Yield every family; where the database does not answer, only that it does not."""
        try:
            with reading(self._engine) as session:
                found = [*queue(session), *agents(session, self._patience), speed(session)]
                self._tally.extend(session)
        except SQLAlchemyError as error:
            logger.warning("no metrics of the work: the database does not answer: %s", error)
            yield GaugeMetricFamily("clinic_database_up", "Whether the database answers.", 0)
            return
        yield GaugeMetricFamily("clinic_database_up", "Whether the database answers.", 1)
        yield from found
        yield from ended(self._tally)


def queue(session: Session) -> Iterator[Metric]:
    """Yield the numbers of jobs and preflights that wait or are being worked on."""
    depth = GaugeMetricFamily("clinic_queue_depth", "Jobs and preflights by status.", labels=["kind", "status"])
    for kind, rows in UNITS.items():
        counted = select(rows.status, func.count().label("number")).where(rows.status.in_(LIVE)).group_by(rows.status)
        numbers: dict[str, int] = {row.status: row.number for row in session.execute(counted)}
        for status in sorted(LIVE):
            depth.add_metric([kind, status], numbers.get(status, 0))
    yield depth


def agents(session: Session, patience: timedelta) -> Iterator[Metric]:
    """Yield the numbers of agents and slots that are alive."""
    heard = registered.active(session, patience)
    yield GaugeMetricFamily("clinic_agents", "Agents that are alive.", len(heard))
    yield GaugeMetricFamily("clinic_slots", "Slots of the agents that are alive.", sum(row.slots for row in heard))


def speed(session: Session) -> Metric:
    """The epochs per second of all running jobs together, by their last events."""
    total = 0.0
    for job_id in session.scalars(select(JobRow.id).where(JobRow.status == JobStatus.RUNNING)).all():
        query = select(EventRow.type, EventRow.at, EventRow.data).where(EventRow.job_id == job_id)
        last: list[tuple[int, float]] = []  # newest first
        for kind, at, data in session.execute(query.order_by(EventRow.id.desc()).limit(LOOKED_BACK)):
            if kind == "started":  # an earlier attempt may have been further
                break
            if kind == "progress":
                last.append((data["epoch"], at.timestamp()))
        if last and last[0][1] > last[-1][1]:
            total += (last[0][0] - last[-1][0]) / (last[0][1] - last[-1][1])
    return GaugeMetricFamily("clinic_epochs_per_second", "Epochs per second of all running jobs together.", total)


def ended(tally: Tally) -> Iterator[Metric]:
    """Yield the counts and durations of ended jobs."""
    jobs = CounterMetricFamily("clinic_jobs_ended", "Ended jobs by status.", labels=["status"])
    for status in sorted(TERMINAL):
        jobs.add_metric([status], tally.ended[status])
    yield jobs
    yield CounterMetricFamily("clinic_jobs_diverged", "Succeeded jobs whose training diverged.", tally.diverged)
    waited = HistogramMetricFamily("clinic_job_queue_seconds", "From a job's submission to its last start.")
    _fill(waited, [], tally.waited)
    yield waited
    phases = HistogramMetricFamily("clinic_job_phase_seconds", "Phases of succeeded jobs.", labels=["phase"])
    for phase, seconds in sorted(tally.phases.items()):
        _fill(phases, [phase], seconds)
    yield phases


def _fill(family: HistogramMetricFamily, labels: list[str], seconds: Distribution) -> None:
    family.add_metric(labels, seconds.buckets(), seconds.total)
