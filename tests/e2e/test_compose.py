"""The services of ``docker-compose.yml``, as processes on a real PostgreSQL: the very same commands.

The processes of the API's image run where only what that image installs can be imported.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from service.keys.secrets import new_secret
from service.settings import Settings
from tests.databases import Postgres
from tests.e2e.api_only import absent, environment, extras, stages
from tests.e2e.service import free_port
from tests.models.engine.documents import circles
from tests.service.worker.agents import until

COMPOSE = Path(__file__).parents[2] / "docker-compose.yml"
OURS = ("migrate", "api", "worker")
JOBS = 12


def services() -> dict[str, Any]:
    """The services of the file, merge keys applied."""
    document = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return dict(document["services"])


def test_it_is_what_compose_reads() -> None:
    schema = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    checked = subprocess.run([*schema, str(COMPOSE)], capture_output=True, check=False, text=True)
    assert checked.returncode == 0, checked.stdout


def test_every_variable_is_a_setting() -> None:
    known = {f"CLINIC_{name.upper()}" for name in Settings.model_fields}
    for name, service in services().items():
        variables = {key for key in service.get("environment", {}) if key.startswith("CLINIC_")}
        assert variables <= known, name


def test_what_listens_to_other_machines_is_published_to_this_one_alone() -> None:
    assert all(port.startswith("127.0.0.1:") for service in services().values() for port in service.get("ports", []))


def test_no_secret_stands_in_the_file() -> None:
    assert services()["postgres"]["environment"]["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?")
    assert services()["migrate"]["environment"]["CLINIC_OPERATOR_KEY"].startswith("${CLINIC_OPERATOR_KEY:?")


def test_only_the_migration_is_told_the_first_key() -> None:
    assert [name for name in services() if "CLINIC_OPERATOR_KEY" in services()[name].get("environment", {})] == [
        "migrate"
    ]


def test_two_of_each_run_within_limits_and_are_watched() -> None:
    for name, service in services().items():
        assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}, name
        assert ("healthcheck" in service) == (name != "migrate"), name
    assert [services()[name]["deploy"]["replicas"] for name in ("api", "worker")] == [2, 2]
    assert services()["migrate"]["restart"] == "no"


def test_nothing_of_ours_runs_as_root() -> None:
    stage = stages()
    for name in OURS:
        service = services()[name]
        assert service["cap_drop"] == ["ALL"]
        assert service["read_only"]
        assert stage[service["build"]["target"]].startswith("base AS ")
    assert "\nUSER clinic\n" in stage["base"]


def test_only_the_workers_image_can_train() -> None:
    assert {name: extras(services()[name]["build"]["target"]) for name in OURS} == {
        "migrate": set(),
        "api": set(),
        "worker": {"train"},
    }


@contextmanager
def running(command: list[str], environment: dict[str, str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process for the time of the block."""
    with subprocess.Popen(command, cwd=folder, env=os.environ | environment) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(60)


def ready(client: httpx.Client) -> bool:
    """Whether database and agent are there."""
    try:
        return client.get("/readyz").is_success
    except httpx.TransportError:
        return False


def submit(clients: list[httpx.Client], number: int, answered: threading.Semaphore) -> str:
    """The id of a job that was asked for until an API answered: each in turn, with the same key."""
    for attempt in range(1000):
        try:
            response = clients[attempt % 2].post(
                "/api/v1/jobs", json=circles(seed=number), headers={"Idempotency-Key": f"job {number}"}
            )
        except httpx.TransportError:
            continue  # whether it is stored, the client cannot know
        assert response.status_code == 202, response.text
        answered.release()
        return str(response.json()["id"])
    raise AssertionError("no API answers")


@pytest.mark.slow
def test_jobs_are_trained_though_an_api_is_killed_in_their_submission(
    postgres_server: Postgres, tmp_path: Path
) -> None:
    address = postgres_server.create()
    python = environment(tmp_path / "image")
    assert {"tensorflow", "keras", "sklearn", "scipy", "h5py"} <= absent(python)
    settings = {"CLINIC_DATABASE_URL": address, "CLINIC_SLOTS": "1", "CLINIC_CACHE_DIR": str(tmp_path / "cache")}
    command = {name: services()[name]["command"] for name in OURS}
    with ExitStack() as stack:

        def start(line: list[str], **more: str) -> subprocess.Popen[bytes]:
            return stack.enter_context(running(line, settings | more, tmp_path))

        listening = {"CLINIC_HOST": services()["api"]["environment"]["CLINIC_HOST"]}
        secret = new_secret()
        assert start([python, "-m", "service", *command["migrate"]], CLINIC_OPERATOR_KEY=secret).wait(120) == 0
        ports = [str(free_port()) for _ in range(services()["api"]["deploy"]["replicas"])]
        apis = [start([python, "-m", "service", *command["api"]], CLINIC_PORT=port, **listening) for port in ports]
        for _ in range(services()["worker"]["deploy"]["replicas"]):
            start([sys.executable, "-m", "service", *command["worker"]])
        known = {"Authorization": f"Bearer {secret}"}
        clients = [
            stack.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=known, timeout=60))
            for port in ports
        ]
        until(lambda: all(ready(client) for client in clients), 120)
        assert httpx.get(f"http://127.0.0.1:{ports[0]}/api/v1/jobs").status_code == 401
        _, _, *probe = services()["worker"]["healthcheck"]["test"]
        healthy = subprocess.run([sys.executable, *probe], env=os.environ | settings, cwd=tmp_path, check=False)
        assert healthy.returncode == 0
        answered = threading.Semaphore(0)
        with ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(submit, clients, number, answered) for number in range(JOBS)]
            for _ in range(JOBS // 3):
                answered.acquire()
            apis[0].kill()
            jobs = [each.result() for each in asked]
        assert len(set(jobs)) == JOBS
        listed = clients[1].get("/api/v1/jobs", params={"limit": 100}).json()["data"]
        assert {job["id"] for job in listed} == set(jobs)  # every answer was kept, and nothing is there twice
        for job_id in jobs:
            job = ended(clients[1], job_id)
            assert job["status"] == "succeeded", job["error"]
        row = clients[1].post(f"/api/v1/jobs/{jobs[0]}/predictions", json={"rows": [[0.0, 0.1]]})
        assert row.status_code == 200
    postgres_server.drop(address)


def ended(client: httpx.Client, job_id: str) -> dict[str, Any]:
    """A job when it has ended."""
    ends = time.monotonic() + 180
    job: dict[str, Any] = client.get(f"/api/v1/jobs/{job_id}").json()
    while job["status"] in {"queued", "running"}:
        assert time.monotonic() < ends
        job = client.get(f"/api/v1/jobs/{job_id}").json()
    return job
