"""The stored judgement, and judging anew."""

from __future__ import annotations

from typing import Any

import httpx
import numpy as np
import pytest

from models.diagnoses.judge import diagnose
from models.diagnoses.thresholds import VERSION
from models.record import Record
from models.specs.canonical import canonical
from models.specs.check import parse
from service.database.session import reading, writing
from service.database.tables import JobRow
from service.jobs.operations import judge_anew
from service.jobs.recorded import finished_record
from tests.databases import KINDS
from tests.service.jobs.desk import Desk, recording
from tests.service.jobs.specs import RECORDED

pytestmark = pytest.mark.anyio


def path(job_id: str) -> str:
    return f"/api/v1/jobs/{job_id}/diagnosis"


def heard(name: str) -> Record:
    """The record that an agent has in its hands at the end."""
    record = Record(canonical(parse(RECORDED[name])))
    for event in recording(name):
        record.add(event)
    return record


def as_plain(arrays: dict[str, Any]) -> dict[str, list[Any]]:
    return {name: np.asarray(values, np.float64).tolist() for name, values in arrays.items()}


@pytest.mark.parametrize("url", KINDS, indirect=True)
@pytest.mark.parametrize("name", RECORDED)
def test_the_rebuilt_record_is_the_heard_one(desk: Desk, name: str) -> None:
    job_id = desk.succeeded(name)
    with reading(desk.engine) as session:
        rebuilt = finished_record(session, session.get_one(JobRow, job_id))
    original = heard(name)
    np.testing.assert_equal(as_plain(rebuilt.history), as_plain(original.history))
    np.testing.assert_equal(as_plain(rebuilt.trace.quantities), as_plain(original.trace.quantities))
    np.testing.assert_equal(as_plain(rebuilt.trace.overall), as_plain(original.trace.overall))
    assert rebuilt.trace.epoch.tolist() == original.trace.epoch.tolist()
    assert rebuilt.trace.layers == original.trace.layers
    assert rebuilt.finished is not None
    assert original.finished is not None
    ours, theirs = rebuilt.finished.model_dump(), original.finished.model_dump()
    ours["receipt"]["timings"].pop("queue")
    assert ours == theirs
    assert rebuilt.spec == original.spec


async def test_the_stored_judgement(client: httpx.AsyncClient, desk: Desk) -> None:
    job_id = desk.succeeded()
    diagnosis = (await client.get(path(job_id))).json()
    assert diagnosis == {"job_id": job_id, "version": "0", "verdict": "healthy", "findings": []}


@pytest.mark.parametrize("name", RECORDED)
async def test_judging_anew_is_kept(client: httpx.AsyncClient, desk: Desk, name: str) -> None:
    job_id = desk.succeeded(name)
    before = await client.get(f"/api/v1/jobs/{job_id}")
    renewed = (await client.post(path(job_id))).json()
    expected = diagnose(heard(name)).model_dump(mode="json")
    assert renewed == {"job_id": job_id, **expected}
    assert renewed["version"] == VERSION
    assert (await client.get(path(job_id))).json() == renewed
    after = await client.get(f"/api/v1/jobs/{job_id}", headers={"If-None-Match": before.headers["etag"]})
    assert after.json()["result"]["verdict"] == renewed["verdict"]


@pytest.mark.parametrize("url", KINDS, indirect=True)
async def test_what_other_rules_have_said_is_kept(client: httpx.AsyncClient, desk: Desk) -> None:
    job_id = desk.succeeded()
    old = (await client.get(path(job_id))).json()
    renewed = (await client.post(path(job_id))).json()
    etag = (await client.get(f"/api/v1/jobs/{job_id}")).headers["etag"]
    assert (await client.post(path(job_id))).json() == renewed
    assert (await client.get(f"/api/v1/jobs/{job_id}")).headers["etag"] == etag  # nothing new was said
    assert (await client.get(path(job_id), params={"version": "0"})).json() == old
    assert (await client.get(path(job_id), params={"version": VERSION})).json() == renewed
    unknown = await client.get(path(job_id), params={"version": "1"})
    assert unknown.status_code == 404
    assert "0" in unknown.json()["detail"]
    assert VERSION in unknown.json()["detail"]
    with writing(desk.engine) as session:  # the rules become the old ones again
        row = session.get_one(JobRow, job_id, with_for_update=True)
        judge_anew(session, row, {"version": "0", "verdict": "healthy", "findings": []})
    assert (await client.get(path(job_id))).json() == old
    assert (await client.get(path(job_id), params={"version": VERSION})).json() == renewed
    assert (await client.delete(f"/api/v1/jobs/{job_id}")).status_code == 204


async def test_a_job_that_could_not_be_judged(client: httpx.AsyncClient, desk: Desk) -> None:
    job_id = desk.succeeded()
    with writing(desk.engine) as session:
        session.get_one(JobRow, job_id).diagnosis = None
    assert (await client.get(path(job_id))).status_code == 409
    assert (await client.post(path(job_id))).status_code == 200
    assert (await client.get(path(job_id))).status_code == 200


async def test_a_job_that_has_left_nothing(client: httpx.AsyncClient, desk: Desk) -> None:
    for job_id in (desk.queued(), desk.running().job_id, desk.failed(), desk.cancelled()):
        assert (await client.post(path(job_id))).status_code == 409
