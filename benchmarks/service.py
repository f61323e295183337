"""How fast the service is, beside peers measured in the same run.

    python -m benchmarks.service

- *ready*: from starting ``clinic api`` to its first answer, beside a FastAPI application that only echoes.
- *memory*: resident memory of both.
- *submission*: the median time of a POST of a job while two trainings run, beside the echo.
- *cancel*: from the wish to end a running training to its end.
- *job*: the notebook's S3 (500 epochs), from POST to ``succeeded`` in a warm service, beside five times a ``model.fit``
  of 100 epochs.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil

ECHO = """
import sys, uvicorn
from typing import Any
from fastapi import FastAPI
app = FastAPI()
@app.get("/livez")
def live() -> dict[str, str]: return {}
@app.post("/echo")
def echo(body: dict[str, Any]) -> dict[str, Any]: return body
uvicorn.run(app, port=int(sys.argv[1]), log_level="warning")
"""
FIT = """
import os, sys, time
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
from sklearn.datasets import make_circles
from sklearn.preprocessing import MinMaxScaler
x, y = make_circles(n_samples=1000, noise=0.1, random_state=1)
x = MinMaxScaler((-1, 1)).fit_transform(x)
hidden = [keras.layers.Dense(5, activation="relu", kernel_initializer="he_uniform") for _ in range(5)]
model = keras.Sequential([keras.Input((2,)), *hidden, keras.layers.Dense(1, activation="sigmoid")])
model.compile(keras.optimizers.SGD(0.01, momentum=0.9), "binary_crossentropy", metrics=["accuracy"])
start = time.perf_counter()
model.fit(x[:500], y[:500], validation_data=(x[500:], y[500:]), epochs=100, verbose=0)
print(5 * (time.perf_counter() - start))
"""
SUBMISSIONS = 60


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def process(*command: str, port: int, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """A server process once ``/livez`` answers, and the seconds until then."""
    environment = os.environ | {"CLINIC_PORT": str(port)}
    start = time.perf_counter()
    server = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    try:
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/livez").raise_for_status()
                break
            except httpx.TransportError:
                if server.poll() is not None:
                    raise
        yield server, time.perf_counter() - start
    finally:
        server.terminate()
        server.wait(30)


def resident(server: subprocess.Popen[bytes]) -> float:
    """Resident memory in MB."""
    return float(psutil.Process(server.pid).memory_info().rss / 2**20)


def median_post(client: httpx.Client, path: str, document: dict[str, Any]) -> float:
    """Median milliseconds of a POST."""
    times = []
    for number in range(SUBMISSIONS):
        start = time.perf_counter()
        client.post(path, json=document | {"seed": 100 + number}).raise_for_status()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def row(name: str, ours: float, peer: float, unit: str) -> None:
    """Print one line of the result."""
    print(f"{name:12} {ours:10.2f} {unit:3} peer {peer:10.2f} {unit:3} ratio {ours / peer:8.3f}", flush=True)


def start_and_memory(folder: Path) -> None:
    """Time to the first answer and resident memory, beside the echo's; the best of three."""
    subprocess.run(["clinic", "migrate"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    measured: dict[str, list[tuple[float, float]]] = {"ours": [], "peer": []}
    for _ in range(3):
        for name, command in (("ours", ("clinic", "api")), ("peer", (sys.executable, "-c", ECHO))):
            port = free_port()
            arguments = command if name == "ours" else (*command, str(port))
            with process(*arguments, port=port, folder=folder) as (server, seconds):
                measured[name].append((seconds, resident(server)))
    row("ready", min(measured["ours"])[0], min(measured["peer"])[0], "s")
    row("memory", measured["ours"][0][1], measured["peer"][0][1], "MB")


def job_and_submission(folder: Path) -> None:
    """A warm job beside ``fit``, and submissions while two trainings run beside the echo."""
    port = free_port()
    with process("clinic", "serve", port=port, folder=folder), httpx.Client(timeout=120) as client:
        client.base_url = httpx.URL(f"http://127.0.0.1:{port}/api/v1/")
        spec = client.get("presets/S3").json()["spec"]
        warm = []
        for number in range(12):
            start = time.perf_counter()
            job = client.post("jobs", json=spec | {"seed": number}, headers={"Prefer": "wait=30"}).json()
            warm.append(time.perf_counter() - start)
            assert job["status"] == "succeeded", job
        fit = float(subprocess.run([sys.executable, "-c", FIT], capture_output=True, check=True, text=True).stdout)
        row("job", statistics.median(warm[4:]), fit, "s")
        long = json.loads(json.dumps(spec))
        long["training"]["epochs"] = 100_000
        running = [client.post("jobs", json=long | {"seed": seed}).json()["id"] for seed in (1, 2)]
        while any(client.get(f"jobs/{job}").json()["progress"]["epoch"] == 0 for job in running):
            time.sleep(0.05)
        ours = median_post(client, "jobs", spec)
        echo_port = free_port()
        with process(sys.executable, "-c", ECHO, str(echo_port), port=echo_port, folder=folder):
            peer = median_post(client, f"http://127.0.0.1:{echo_port}/echo", spec)
        row("submission", ours, peer, "ms")
        start = time.perf_counter()
        cancelled = client.post(f"jobs/{running[0]}/cancel").json()
        assert cancelled["status"] == "cancelled", cancelled
        print(f"{'cancel':12} {time.perf_counter() - start:10.2f} s")


def main() -> None:
    """Measure everything."""
    with tempfile.TemporaryDirectory() as folder:
        start_and_memory(Path(folder))
        job_and_submission(Path(folder))


if __name__ == "__main__":
    main()
