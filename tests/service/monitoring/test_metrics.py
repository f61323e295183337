"""What Prometheus reads, parsed as Prometheus does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families as parse
from sqlalchemy import Engine, insert, update

from models.events import Finished
from service.app import create_app
from service.database.session import writing
from service.database.tables import AgentRow, EventRow
from service.queue import agents
from service.settings import Settings
from tests.databases import KINDS
from tests.service.jobs.desk import Desk, recording
from tests.service.jobs.specs import document

pytestmark = pytest.mark.anyio

Samples = dict[tuple[str, tuple[str, ...]], float]


async def scrape(client: httpx.AsyncClient) -> Samples:
    """Every sample: its name and the values of its labels, in the order of their names; and what it says."""
    response = await client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in parse(response.text)
        for sample in family.samples
    }


@pytest.mark.parametrize("url", KINDS, indirect=True)
class TestWork:
    async def test_the_queue_and_what_has_ended(self, client: httpx.AsyncClient, desk: Desk) -> None:
        desk.queued()
        desk.queued()
        desk.running()
        desk.succeeded("diverged")
        desk.failed()
        found = await scrape(client)
        assert found["clinic_database_up", ()] == 1
        assert found["clinic_queue_depth", ("job", "queued")] == 2
        assert found["clinic_queue_depth", ("job", "running")] == 1
        assert found["clinic_queue_depth", ("preflight", "queued")] == 0
        assert found["clinic_jobs_ended_total", ("succeeded",)] == 1
        assert found["clinic_jobs_ended_total", ("failed",)] == 1
        assert found["clinic_jobs_ended_total", ("cancelled",)] == 0
        assert found["clinic_jobs_diverged_total", ()] == 1
        assert found["clinic_job_queue_seconds_count", ()] == 1
        assert found["clinic_job_phase_seconds_bucket", ("0.1", "train")] == 0
        assert found["clinic_job_phase_seconds_bucket", ("0.25", "train")] == 1
        finished = recording("diverged")[-1]
        assert isinstance(finished, Finished)
        for phase, seconds in finished.receipt["timings"].items():
            assert found["clinic_job_phase_seconds_sum", (phase,)] == pytest.approx(seconds)

    async def test_the_agents_that_are_alive(self, client: httpx.AsyncClient, engine: Engine) -> None:
        with writing(engine) as session:
            for name, slots in (("alive", 2), ("buried", 4), ("silent", 8)):
                agents.register(session, name, slots)
            agents.tombstone(session, ["buried"])
            long_ago = datetime.now(UTC) - timedelta(minutes=1)
            session.execute(update(AgentRow).where(AgentRow.id == "silent").values(beat_at=long_ago))
        found = await scrape(client)
        assert (found["clinic_agents", ()], found["clinic_slots", ()]) == (1, 2)

    async def test_the_speed_of_running_jobs(self, client: httpx.AsyncClient, desk: Desk, engine: Engine) -> None:
        start = datetime.now(UTC)
        histories: list[list[list[int]]] = [[[0, 100, 300]], [[900, 1000], [500, 600]], [[7]], [[]]]
        for attempts in histories:
            job_id = desk.claimed().job_id
            rows = []
            for epochs in attempts:
                rows.append({"type": "started", "at": start, "data": {}})
                for second, epoch in enumerate(epochs):
                    at = start + timedelta(seconds=second)
                    rows.append({"type": "progress", "at": at, "data": {"epoch": epoch}})
            with writing(engine) as session:
                session.execute(insert(EventRow), [{"job_id": job_id, **row} for row in rows])
        assert (await scrape(client))["clinic_epochs_per_second", ()] == pytest.approx(300 / 2 + 100)


def lose(database: Path) -> None:
    """Let a SQLite database be gone, and none come in its place."""
    for file in database.parent.glob(f"{database.name}*"):
        file.unlink()
    database.mkdir()


async def test_a_database_that_does_not_answer_is_said(client: httpx.AsyncClient, app: FastAPI, tmp_path: Path) -> None:
    await client.get("/livez")
    assert (await scrape(client))["clinic_database_up", ()] == 1
    app.state.engine.dispose()
    lose(tmp_path / "clinic.db")
    found = await scrape(client)
    assert found["clinic_database_up", ()] == 0
    assert found["clinic_http_requests_total", ("GET", "/livez", "200")] == 1
    assert not any(name.startswith("clinic_queue") for name, _ in found)


class TestTraffic:
    async def test_requests_are_counted_by_their_route(self, client: httpx.AsyncClient, desk: Desk) -> None:
        for job_id in (desk.queued(), desk.queued()):
            await client.get(f"/api/v1/jobs/{job_id}")
        await client.get("/api/v1/jobs/nothing")
        await client.post("/api/v1/jobs", json={})
        await client.request("BREW", "/api/v1/jobs")
        for path in ("/nowhere", "/api/v1/nowhere"):
            await client.get(path)
        found = await scrape(client)
        requests = {labels: value for (name, labels), value in found.items() if name == "clinic_http_requests_total"}
        assert requests == {
            ("GET", "/api/v1/jobs/{job_id}", "200"): 2,
            ("GET", "/api/v1/jobs/{job_id}", "404"): 1,
            ("POST", "/api/v1/jobs", "422"): 1,
            ("other", "/api/v1/jobs", "405"): 1,
            ("GET", "other", "404"): 2,
        }
        assert found["clinic_http_request_seconds_count", ("GET", "/api/v1/jobs/{job_id}")] == 3

    async def test_predictions_are_timed(self, client: httpx.AsyncClient, desk: Desk) -> None:
        path = f"/api/v1/jobs/{desk.succeeded()}/predictions"
        assert (await client.post(path, json={"rows": [[0.0, 0.1]]})).status_code == 200
        assert (await client.post(path, json={"rows": [["no"]]})).status_code == 422
        assert (await scrape(client))["clinic_prediction_seconds_count", ()] == 1

    async def test_the_numbers_of_one_application_are_its_own(self, client: httpx.AsyncClient, url: str) -> None:
        await client.post("/api/v1/jobs", json=document())
        app = create_app(Settings(database_url=url))
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as other,
        ):
            found = await scrape(other)
        assert found["clinic_queue_depth", ("job", "queued")] == 1
        assert not any(name == "clinic_http_requests_total" for name, _ in found)
