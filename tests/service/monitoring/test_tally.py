"""Ended jobs are added up, each once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, delete, update

from service.database.session import reading, writing
from service.database.tables import JobRow
from service.monitoring import tally as module
from service.monitoring.tally import Tally
from tests.databases import KINDS, unguarded
from tests.service.jobs.desk import Desk

pytestmark = pytest.mark.parametrize("url", KINDS, indirect=True)


def counted(engine: Engine, tally: Tally) -> dict[str, int]:
    with reading(engine) as session:
        tally.extend(session)
    return dict(tally.ended)


def test_each_job_is_counted_once(engine: Engine, desk: Desk) -> None:
    tally = Tally()
    desk.succeeded()
    desk.succeeded("diverged")
    desk.queued()
    assert counted(engine, tally) == {"succeeded": 2}
    desk.failed()
    assert counted(engine, tally) == counted(engine, tally) == {"succeeded": 2, "failed": 1}
    assert tally.diverged == 1
    assert tally.waited.buckets()[-1] == ("+Inf", 2)
    assert {"data", "train", "compile", "save"} <= set(tally.phases)
    assert tally.phases["train"].total == pytest.approx(1.1648 + 0.2436, abs=1e-3)


def test_a_job_that_was_committed_late_is_not_missed(engine: Engine, desk: Desk) -> None:
    tally = Tally()
    desk.failed()
    assert counted(engine, tally) == {"failed": 1}
    late = desk.succeeded()
    with unguarded(engine) as session:
        moment = datetime.now(UTC) - module.OVERLAP + timedelta(minutes=1)
        session.execute(update(JobRow).where(JobRow.id == late).values(finished_at=moment))
    assert counted(engine, tally) == {"failed": 1, "succeeded": 1}


def test_old_jobs_are_read_once_and_stay_counted(engine: Engine, desk: Desk) -> None:
    tally = Tally()
    old = desk.succeeded()
    with unguarded(engine) as session:
        session.execute(update(JobRow).values(finished_at=datetime.now(UTC) - 2 * module.OVERLAP))
    assert counted(engine, tally) == counted(engine, tally) == {"succeeded": 1}
    with writing(engine) as session:
        session.execute(delete(JobRow).where(JobRow.id == old))
    assert counted(engine, tally) == {"succeeded": 1}
    assert counted(engine, Tally()) == {}
