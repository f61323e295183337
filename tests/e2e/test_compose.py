"""The services of ``docker-compose.yml``, as processes on a real PostgreSQL: the very same commands."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from service.settings import Settings
from tests.databases import Postgres
from tests.e2e.service import free_port
from tests.models.engine.documents import circles

COMPOSE = Path(__file__).parents[2] / "docker-compose.yml"


def services() -> dict[str, Any]:
    """The services of the file, merge keys applied."""
    document = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return dict(document["services"])


def test_every_variable_is_a_setting() -> None:
    known = {f"CLINIC_{name.upper()}" for name in Settings.model_fields}
    for name, service in services().items():
        variables = {key for key in service.get("environment", {}) if key.startswith("CLINIC_")}
        assert variables <= known, name


def test_what_listens_to_other_machines_is_published_to_this_one_alone() -> None:
    assert all(port.startswith("127.0.0.1:") for service in services().values() for port in service.get("ports", []))


def test_no_secret_stands_in_the_file() -> None:
    assert services()["postgres"]["environment"]["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?")


@contextmanager
def running(name: str, environment: dict[str, str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A service's command as a process."""
    command = [sys.executable, "-m", "service", *services()[name]["command"]]
    with subprocess.Popen(command, cwd=folder, env=os.environ | environment) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(60)


@pytest.mark.slow
def test_migrate_api_and_worker_train_a_job(postgres_server: Postgres, tmp_path: Path) -> None:
    address = postgres_server.create()
    port = free_port()
    environment = {
        "CLINIC_DATABASE_URL": address,
        "CLINIC_PORT": str(port),
        "CLINIC_SLOTS": "1",
        "CLINIC_CACHE_DIR": str(tmp_path / "cache"),
    }
    with ExitStack() as stack:
        migrate = stack.enter_context(running("migrate", environment, tmp_path))
        assert migrate.wait(60) == 0
        api = stack.enter_context(running("api", environment, tmp_path))
        stack.enter_context(running("worker", environment, tmp_path))
        client = stack.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60))
        deadline = time.monotonic() + 120
        while not ready(client):
            assert api.poll() is None
            assert time.monotonic() < deadline
        job = client.post("/api/v1/jobs", json=circles(), headers={"Prefer": "wait=30"}).json()
        while job["status"] in {"queued", "running"}:
            assert time.monotonic() < deadline
            job = client.get(f"/api/v1/jobs/{job['id']}").json()
        assert job["status"] == "succeeded", job["error"]
    postgres_server.drop(address)


def ready(client: httpx.Client) -> bool:
    """Whether database and agent are there."""
    try:
        return client.get("/readyz").is_success
    except httpx.TransportError:
        return False
