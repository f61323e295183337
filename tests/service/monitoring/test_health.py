"""Whether the process lives, and whether it can do its work."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, text, update

from service.app import create_app
from service.database.session import newest_revision, writing
from service.database.tables import AgentRow
from service.monitoring import health
from service.queue import agents
from service.settings import Settings
from tests.databases import KINDS
from tests.service.jobs.desk import Desk

pytestmark = pytest.mark.anyio


async def test_a_process_lives(client: httpx.AsyncClient) -> None:
    assert (await client.get("/livez")).json() == {"status": "ok"}


@pytest.mark.parametrize("url", KINDS, indirect=True)
class TestReadiness:
    async def test_without_an_agent_there_is_a_warning(self, client: httpx.AsyncClient, engine: Engine) -> None:
        response = await client.get("/readyz")
        assert response.status_code == 200
        assert response.json() == {"status": "ok", "warnings": ["no agent is alive to train jobs"]}
        with writing(engine) as session:
            agents.register(session, "agent_1", 2)
        assert (await client.get("/readyz")).json() == {"status": "ok", "warnings": []}

    async def test_a_silent_agent_is_none(self, client: httpx.AsyncClient, engine: Engine) -> None:
        with writing(engine) as session:
            agents.register(session, "agent_1", 2)
            session.execute(update(AgentRow).values(beat_at=datetime.now(UTC) - timedelta(minutes=1)))
        assert (await client.get("/readyz")).json()["warnings"] == ["no agent is alive to train jobs"]

    async def test_a_buried_agent_is_none(self, client: httpx.AsyncClient, engine: Engine) -> None:
        with writing(engine) as session:
            agents.register(session, "agent_1", 2)
            agents.tombstone(session, ["agent_1"])
        assert (await client.get("/readyz")).json()["warnings"] == ["no agent is alive to train jobs"]

    async def test_another_schema_is_named(self, client: httpx.AsyncClient, engine: Engine) -> None:
        with writing(engine) as session:
            session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        response = await client.get("/readyz")
        assert response.status_code == 503
        assert "revision 0001" in response.json()["detail"]
        assert f"{newest_revision()} is needed" in response.json()["detail"]


async def test_a_full_queue_is_a_warning(url: str, engine: Engine, desk: Desk) -> None:
    with writing(engine) as session:
        agents.register(session, "agent_1", 2)
    desk.queued()
    assert (await readiness(Settings(database_url=url, max_queue=2))).json()["warnings"] == []
    desk.queued()
    [warning] = (await readiness(Settings(database_url=url, max_queue=2))).json()["warnings"]
    assert "queue is full" in warning


async def test_a_full_disk_is_a_warning(url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with writing(engine) as session:
        agents.register(session, "agent_1", 2)
    monkeypatch.setattr(health, "LEAST_SPACE", 2**62)
    [warning] = (await readiness(Settings(database_url=url))).json()["warnings"]
    assert "nearly full" in warning


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_a_server_that_only_reads_is_a_warning(url: str, engine: Engine) -> None:
    with writing(engine) as session:
        agents.register(session, "agent_1", 2)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        of_database = f'ALTER DATABASE "{engine.url.database}"'
        connection.execute(text(f"{of_database} SET default_transaction_read_only = on"))
        try:
            warnings = (await readiness(Settings(database_url=url))).json()["warnings"]
        finally:
            connection.execute(text(f"{of_database} RESET default_transaction_read_only"))
    assert warnings == ["the database can only be read"]


@pytest.mark.skipif(os.geteuid() == 0, reason="who may do everything may also write what is read-only")
async def test_a_file_that_can_only_be_read_is_a_warning(url: str, engine: Engine, tmp_path: Path) -> None:
    with writing(engine) as session:
        agents.register(session, "agent_1", 2)
    (tmp_path / "clinic.db").chmod(0o444)
    assert "the database can only be read" in (await readiness(Settings(database_url=url))).json()["warnings"]


async def test_a_database_without_a_schema_is_said(tmp_path: Path) -> None:
    response = await readiness(Settings(database_url=f"sqlite:///{tmp_path / 'empty.db'}"))
    assert response.status_code == 503
    assert "has no schema" in response.json()["detail"]


async def test_a_database_that_does_not_answer_is_said(tmp_path: Path) -> None:
    response = await readiness(Settings(database_url=f"sqlite:///{tmp_path / 'nowhere' / 'clinic.db'}"))
    assert response.status_code == 503
    assert response.json()["detail"] == "The database does not answer."
    assert int(response.headers["retry-after"]) > 0


async def readiness(settings: Settings) -> httpx.Response:
    """What an application with these settings says."""
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client,
    ):
        return await client.get("/readyz")


PROGRAM = """
import sys, uvicorn
from service.app import create_app
from service.settings import Settings
uvicorn.run(create_app(Settings()), host="127.0.0.1", port=0, fd=int(sys.argv[1]), log_level="warning")
"""


@pytest.fixture
def served(url: str) -> Iterator[tuple[str, int]]:
    """The API as a process of its own: its address and its pid."""
    import socket

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(listening.fileno())],
            env=os.environ | {"CLINIC_DATABASE_URL": url},
            pass_fds=[listening.fileno()],
            cwd=Path(__file__).parents[3],
        )
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", process.pid
        process.terminate()
        process.wait(10)


@pytest.mark.slow
async def test_the_process_starts_soon_and_stays_small(served: tuple[str, int]) -> None:
    import psutil

    address, pid = served
    process = psutil.Process(pid)
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        assert (await client.get("/livez")).status_code == 200
        spent = sum(process.cpu_times()[:2])
        for path in ("/openapi.json", "/api/v1/jobs", "/api/v1/presets"):
            assert (await client.get(path)).status_code == 200
    assert spent < 3.0, "about 1 s of one core on an idle machine; the wall's clock depends on the neighbours"
    assert process.memory_info().rss < 150 * 2**20
