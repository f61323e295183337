"""What commands print that run for longer: nothing of the frameworks, no traceback at Ctrl-C, JSON where that is set."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
import pytest

from models.presets import presets
from tests.e2e.test_ending import is_training_process
from tests.service.worker.agents import until

pytestmark = pytest.mark.slow
NOISE = re.compile(r"absl|oneDNN|XNNPACK|cuda|TensorFlow Lite|Traceback", re.IGNORECASE)


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """The file of a sound spec."""
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(presets()["S3"].document))
    return path


def clinic(folder: Path, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    """A command that runs, with its standard error in the file ``log``."""
    with (folder / "log").open("w") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "service", *arguments],
            cwd=folder,
            env=os.environ | {"CLINIC_CACHE_DIR": str(folder / "cache"), "CLINIC_SLOTS": "1"} | variables,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )


def logged(folder: Path) -> str:
    """What the command has written to standard error until now."""
    return (folder / "log").read_text()


def trains(process: subprocess.Popen[str]) -> Callable[[], bool]:
    """Whether a child of it trains, or has imported what it needs."""
    return lambda: any(map(is_training_process, psutil.Process(process.pid).children(recursive=True)))


@pytest.mark.parametrize(
    "arguments",
    [["train", "spec.json"], ["preflight", "spec.json"], ["demo", "--port", "0"], ["serve", "--port", "0"]],
    ids=" ".join,
)
def test_ctrl_c_ends_it_without_a_traceback(arguments: list[str], spec: Path, tmp_path: Path) -> None:
    document = presets()["S3"].document
    spec.write_text(json.dumps({**document, "training": {**document["training"], "epochs": 100_000}}))
    with clinic(tmp_path, *arguments) as process:
        until(trains(process), 120)
        family = psutil.Process(process.pid).children(recursive=True)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all processes of the group
        process.communicate(timeout=60)
    said = logged(tmp_path)
    assert not NOISE.search(said), said
    assert process.returncode in {0, 130}
    _, alive = psutil.wait_procs(family, timeout=60)
    assert not alive


@pytest.mark.parametrize(
    "arguments", [["train", "spec.json", "--output", "out"], ["preflight", "spec.json"]], ids=" ".join
)
def test_the_frameworks_are_silent(arguments: list[str], spec: Path, tmp_path: Path) -> None:
    with clinic(tmp_path, *arguments) as process:
        out, _ = process.communicate(timeout=240)
    said = logged(tmp_path)
    assert process.returncode == 0, said
    assert not NOISE.search(said), said
    assert json.loads(out)


def test_a_service_s_standard_error_is_json_alone(tmp_path: Path) -> None:
    document = presets()["S1"].document
    short = {**document, "training": {**document["training"], "epochs": 5}}
    with clinic(tmp_path, "serve", "--port", "0", CLINIC_LOG_FORMAT="json", CLINIC_SLOT="1") as process:
        try:
            until(lambda: "http://" in logged(tmp_path), 120)
            address = re.search(r"http://[\d.:]+", logged(tmp_path))
            assert address is not None
            with httpx.Client(base_url=address[0], timeout=120) as client:
                job = client.post("/api/v1/jobs", json=short).json()
                until(lambda: client.get(f"/api/v1/jobs/{job['id']}").json()["status"] == "succeeded", 120)
                answer = client.post(f"/api/v1/jobs/{job['id']}/predictions", json={"rows": [[0.0, 0.0]]})
                assert answer.status_code == 200
        finally:
            process.send_signal(signal.SIGTERM)
            out, _ = process.communicate(timeout=60)
    assert out == ""
    lines = [json.loads(line) for line in logged(tmp_path).splitlines()]
    assert "did you mean CLINIC_SLOTS?" in lines[0]["message"]
    assert {"service.worker.agent", "uvicorn.error", "service.http.observation"} <= {line["logger"] for line in lines}
    assert not any(NOISE.search(line["message"]) for line in lines)
