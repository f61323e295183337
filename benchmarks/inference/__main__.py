"""Predictions over HTTP: ours beside other ways to serve the same network, in one run.

    python -m benchmarks.inference [--environments FOLDER] [--seconds 3] [--only NAME …]
    python -m benchmarks.inference --seconds 1 --only "ours v2" "ours bytes"   # JSON beside bytes, in half a minute

A small network is trained by the service. Then each server is started in its turn, and asked for 1, 100 and 10 000 rows
on 1, 8 and 64 connections: p50 and p99 in milliseconds, and requests per second. Ours is asked in four ways: by its own
route, by TensorFlow Serving's (``ours v1``), by the Open Inference Protocol (``ours v2``), and by that with tensors as
bytes both ways, as Triton's clients send them (``ours bytes``). The peers get environments of their own, which the
program makes where FOLDER has none; one that cannot be installed is left out, and told. ``echo`` answers with the body
that it got, and computes nothing.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from benchmarks.inference.load import measure
from benchmarks.inference.server import ALL, PEERS, Peer, environment, ours, request, running
from benchmarks.service import free_port, process

ROWS = (1, 100, 10_000)
CONNECTIONS = (1, 8, 64)
SPEC: dict[str, Any] = {
    "data": {"source": "iris", "scaler": None},
    "architecture": {
        "layers": [
            {"type": "dense", "units": 16, "activation": "relu", "repeat": 3},
            {"type": "dense", "units": 3, "activation": "softmax"},
        ]
    },
    "training": {"loss": "categorical_crossentropy", "epochs": 20},
}


def train(folder: Path) -> str:
    """Train the network, leave its files in the folder for the peers; the job's id."""
    port = free_port()
    with process("clinic", "serve", port=port, folder=folder), httpx.Client(timeout=120) as client:
        jobs = f"http://127.0.0.1:{port}/api/v1/jobs"
        job = client.post(jobs, json=SPEC, headers={"Prefer": "wait=30"}).json()
        while job["status"] in {"queued", "running"}:
            job = client.get(f"{jobs}/{job['id']}").json()
        assert job["status"] == "succeeded", job
        for form in ("keras", "tflite"):
            file = client.get(f"{jobs}/{job['id']}/model", params={"format": form})
            (folder / f"network.{form}").write_bytes(file.raise_for_status().content)
    return str(job["id"])


def table(rows: int) -> list[list[float]]:
    """Rows of four numbers, always the same."""
    chance = random.Random(1)  # noqa: S311 - rows, not secrets
    return [[round(chance.uniform(0.1, 7.0), 2) for _ in range(4)] for _ in range(rows)]


def run(peer: Peer, command: Sequence[str], port: int, folder: Path, job: str, seconds: float) -> None:
    """Start a server, ask it, and print what it did."""
    with running(command, port, request(peer, table(1), job), folder) as wrong:
        if wrong is not None:
            print(f"{peer.name:10} does not answer: {wrong}", flush=True)
            return
        for rows in ROWS:
            asked = request(peer, table(rows), job)
            for connections in CONNECTIONS:
                got = measure(port, asked, connections, seconds)
                if got.failed is not None:
                    print(f"{peer.name:10} {rows:6} {connections:3} failed: {got.failed}", flush=True)
                    continue
                numbers = f"{got.p50:9.2f} {got.p99:9.2f} {got.per_second:9.1f}"
                print(f"{peer.name:10} {rows:6} {connections:3} {numbers}", flush=True)


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.inference")
    parser.add_argument("--environments", type=Path, default=Path(tempfile.gettempdir()) / "clinic-peers")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--only", nargs="*", default=[peer.name for peer in ALL])
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        job = train(folder)
        print(f"{'server':10} {'rows':>6} {'at once':>3} {'p50 ms':>7} {'p99 ms':>9} {'per s':>9}")
        for peer in ALL:
            if peer.name not in chosen.only:
                continue
            port = free_port()
            if not peer.program:
                os.environ["CLINIC_PORT"] = str(port)
                run(peer, ours(), port, folder, job, chosen.seconds)
                continue
            python = environment(peer, chosen.environments)
            if python is None:
                print(f"{peer.name:10} cannot be installed here", file=sys.stderr, flush=True)
                continue
            run(peer, [str(python), str(PEERS / peer.program), str(port), name], port, folder, job, chosen.seconds)


if __name__ == "__main__":
    main()
