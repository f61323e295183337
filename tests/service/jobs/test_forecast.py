"""A queued job's likely start, from what the last jobs took."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, update

from models.specs.check import parse
from models.specs.geometry import steps
from service.database.session import reading, writing
from service.database.tables import JobRow
from service.jobs import forecast
from service.jobs.forecast import Pace
from service.queue import agents
from tests.databases import KINDS, unguarded
from tests.service.jobs.desk import Desk
from tests.service.jobs.specs import document

EVERYWHERE = pytest.mark.parametrize("url", KINDS, indirect=True)
JOBS = "/api/v1/jobs"


def change(engine: Engine, job_id: str, **values: Any) -> None:
    """Rewrite what is stored of a job."""
    with unguarded(engine) as session:
        session.execute(update(JobRow).where(JobRow.id == job_id).values(**values))


def enter(engine: Engine, slots: int) -> None:
    with writing(engine) as session:
        agents.register(session, f"agent_{slots}", slots)


def took(desk: Desk, number: int, seconds: float) -> None:
    """Let a job of so many steps have ended after so many seconds."""
    ended = datetime.now(UTC)
    change(
        desk.engine, desk.succeeded(), steps=number, started_at=ended - timedelta(seconds=seconds), finished_at=ended
    )


def starts(desk: Desk, *jobs: str) -> list[datetime]:
    with reading(desk.engine) as session:
        places = forecast.queue_positions(session, [session.get_one(JobRow, job_id) for job_id in jobs])
        found = forecast.estimated_starts(session, places)
    return [found[job_id] for job_id in jobs if job_id in found]


@EVERYWHERE
def test_a_submitted_job_knows_its_steps(desk: Desk, engine: Engine) -> None:
    with reading(engine) as session:
        assert session.get_one(JobRow, desk.queued()).steps == steps(parse(document())) == 40 * 5


@EVERYWHERE
def test_the_work_before_a_job_is_added_up_and_shared(desk: Desk, engine: Engine) -> None:
    took(desk, 1000, 3.0)
    took(desk, 3000, 5.0)
    desk.failed()
    running = desk.running().job_id
    change(engine, running, steps=2000, epoch=20, epochs=40)  # half of 2 + 2 s
    first, second = desk.queued(), desk.queued()
    change(engine, first, steps=1000)  # 2 + 1 s
    enter(engine, 1)
    one, two = starts(desk, first, second)
    assert two - one == timedelta(seconds=3)
    enter(engine, 1 + 1)  # with three slots in all there is one for each
    at_once, too = starts(desk, first, second)
    assert at_once == too <= datetime.now(UTC)


@EVERYWHERE
def test_without_an_agent_or_an_earlier_job_nothing_is_known(desk: Desk, engine: Engine) -> None:
    waiting = desk.queued()
    enter(engine, 1)
    desk.failed()
    assert starts(desk, waiting) == []
    took(desk, 1000, 3.0)
    assert len(starts(desk, waiting)) == 1
    with writing(engine) as session:
        agents.tombstone(session, ["agent_1"])
    assert starts(desk, waiting) == []


@EVERYWHERE
def test_rows_of_an_older_version_are_counted_by_their_epochs(desk: Desk, engine: Engine) -> None:
    old, new = desk.queued(), desk.queued()
    change(engine, old, steps=None)
    with reading(engine) as session:
        found = forecast.queue_positions(session, [session.get_one(JobRow, job_id) for job_id in (old, new)])
    assert [(place.number, place.steps) for place in found.values()] == [(1, 0), (2, 40)]


@EVERYWHERE
@pytest.mark.anyio
async def test_a_client_sees_it_while_the_job_waits(client: httpx.AsyncClient, desk: Desk, engine: Engine) -> None:
    enter(engine, 1)
    took(desk, 1000, 3.0)
    change(engine, desk.claimed().job_id, steps=1000)
    response = await client.post(JOBS, json=document())
    job = response.json()
    assert job["queue_position"] == 1
    assert job["estimated_start_at"] > job["created_at"]
    path = f"{JOBS}/{job['id']}"
    etag = (await client.get(path)).headers["etag"]
    assert (await client.get(path, headers={"If-None-Match": '"1-1"'})).status_code == 200
    earlier = etag.rpartition("-")[0] + '-1"'  # as if the guess had been another one
    assert (await client.post(f"{path}/cancel", headers={"If-Match": '"2-1-1"'})).status_code == 412
    cancelled = await client.post(f"{path}/cancel", headers={"If-Match": earlier})
    assert (cancelled.status_code, cancelled.json()["estimated_start_at"]) == (200, None)


@pytest.mark.parametrize(
    ("jobs", "expected"),
    [
        ([(100, 2.0)], Pace(2.0, 0.0)),
        ([(0, 2.0), (100, 4.0)], Pace(2.0, 0.02)),
        ([(100, 4.0), (200, 2.0)], Pace(3.0, 0.0)),  # longer jobs that took less
        ([(100, 1.0), (200, 3.0)], Pace(0.0, 2 / 150)),  # a line that would begin below zero
    ],
)
def test_the_pace_is_never_below_zero(jobs: list[tuple[float, float]], expected: Pace) -> None:
    found = Pace.of(jobs)
    assert (found.start, found.step) == pytest.approx((expected.start, expected.step))
