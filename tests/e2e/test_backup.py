"""A backup that is made while a service trains is a service's database: its jobs end as they would have."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.presets import presets
from tests.e2e.service import serving
from tests.service.worker.agents import until

pytestmark = pytest.mark.slow
JOBS = 4


def clinic(folder: Path, *arguments: str) -> None:
    """A command that succeeds."""
    command = [sys.executable, "-m", "service", *arguments]
    done = subprocess.run(command, cwd=folder, env=os.environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def ended(address: str, jobs: list[str]) -> dict[str, Any]:
    """The digests of jobs, when all have succeeded."""
    with httpx.Client(base_url=address, timeout=60) as client:

        def job(name: str) -> dict[str, Any]:
            document: dict[str, Any] = client.get(f"/api/v1/jobs/{name}").json()
            return document

        until(lambda: all(job(name)["status"] == "succeeded" for name in jobs), 240)
        return {name: job(name)["result"]["weights_digest"] for name in jobs}


def test_jobs_of_a_backup_end_as_those_of_the_service(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    spec = presets()["S1"].document
    with serving(first, tmp_path / "cache") as address:
        with httpx.Client(base_url=address, timeout=60) as client:
            jobs = [client.post("/api/v1/jobs", json={**spec, "seed": seed}).json()["id"] for seed in range(JOBS)]
            until(lambda: client.get(f"/api/v1/jobs/{jobs[0]}").json()["status"] != "queued", 120)
        clinic(first, "backup", str(tmp_path / "backup"))
        digests = ended(address, jobs)
    clinic(second, "restore", str(tmp_path / "backup"))
    with serving(second, tmp_path / "cache") as address:
        assert ended(address, jobs) == digests
