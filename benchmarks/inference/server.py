"""Servers that answer predictions, ours and the peers', each started when its turn comes."""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.inference.load import http, measure

PEERS = Path(__file__).parent / "peers"
PATIENCE = 120.0  # seconds for a server's first answer

Rows = Sequence[Sequence[float]]
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Body:
    """What is sent."""

    content: bytes
    headers: dict[str, str]


def plain(rows: Rows) -> Body:
    """The body that most take."""
    return Body(json.dumps({"rows": rows}).encode(), JSON)


def instances(rows: Rows) -> Body:
    """The body of TensorFlow Serving."""
    return Body(json.dumps({"instances": rows}).encode(), JSON)


def tensor(rows: Rows) -> Body:
    """The body of the Open Inference Protocol."""
    return Body(json.dumps({"inputs": [{**_input(rows), "data": rows}]}).encode(), JSON)


def binary(rows: Rows) -> Body:
    """The same with Triton's extension, as its clients send it: tensors are bytes behind the document, both ways."""
    content = b"".join(struct.pack(f"<{len(row)}f", *row) for row in rows)
    inputs = [{**_input(rows), "parameters": {"binary_data_size": len(content)}}]
    outputs = [{"name": "output", "parameters": {"binary_data": True}}]
    document = json.dumps({"inputs": inputs, "outputs": outputs}).encode()
    headers = {"Content-Type": "application/octet-stream", "Inference-Header-Content-Length": str(len(document))}
    return Body(document + content, headers)


def _input(rows: Rows) -> dict[str, Any]:
    return {"name": "input", "shape": [len(rows), len(rows[0])], "datatype": "FP32"}


@dataclass(frozen=True)
class Peer:
    """A way to serve a network.

    Attributes:
        name: as the table calls it.
        program: a file of ``peers``; empty for our service.
        needs: what its environment needs, for pip.
        path: where it takes predictions, with ``{job}`` for the name of our network; ``body``: what it takes.
    """

    name: str
    program: str
    needs: tuple[str, ...]
    path: str = "/predict"
    body: Callable[[Rows], Body] = plain


LITE = ("ai-edge-litert>=2.1", "numpy")
OURS = (
    Peer("ours", "", (), "/api/v1/jobs/{job}/predictions"),
    Peer("ours v1", "", (), "/v1/models/{job}:predict", instances),
    Peer("ours v2", "", (), "/v2/models/{job}/infer", tensor),
    Peer("ours bytes", "", (), "/v2/models/{job}/infer", binary),
)
ALL = (
    *OURS,
    Peer("echo", "echo.py", ("fastapi", "uvicorn", "httptools")),
    Peer("predict", "predict.py", ("fastapi", "uvicorn", "httptools", "keras", "tensorflow")),
    Peer("litserve", "litserve_app.py", ("litserve", *LITE)),
    Peer("bentoml", "bentoml_app.py", ("bentoml", *LITE)),
    Peer("mlserver", "mlserver_app.py", ("mlserver", *LITE), "/v2/models/network/infer", tensor),
    Peer("ray serve", "ray_app.py", ("ray[serve]", *LITE)),
)


def environment(peer: Peer, folder: Path) -> Path | None:
    """The Python of a peer's own environment, made where there is none; None where it cannot be installed."""
    home = folder / peer.program.removesuffix(".py")
    python = home / "bin" / "python"
    done = home / "installed"
    if not done.exists():
        venv.create(home, with_pip=True, clear=True)
        command = [str(python), "-m", "pip", "install", "-q", *peer.needs]
        if subprocess.run(command, capture_output=True, check=False).returncode != 0:
            return None
        done.touch()
    return python


def request(peer: Peer, rows: Rows, job: str) -> bytes:
    """A request that the peer takes."""
    body = peer.body(rows)
    return http(peer.path.format(job=job), body.content, body.headers)


@contextmanager
def running(command: Sequence[str], port: int, first: bytes, folder: Path) -> Iterator[str | None]:
    """A server while it runs; what is wrong with it, or None once it answers.

    Args:
        command: the program.
        port: on which it is to listen.
        first: a request that it must answer.
        folder: where it runs.
    """
    log = folder / "server.log"
    with log.open("wb") as words:
        server = subprocess.Popen(command, cwd=folder, stdout=words, stderr=words, start_new_session=True)
        try:
            yield None if _answers(server, port, first) else log.read_text(errors="replace")[-500:]
        finally:
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGTERM)
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait()


def _answers(server: subprocess.Popen[bytes], port: int, first: bytes) -> bool:
    """Ask until there is an answer; whether one came."""
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit and server.poll() is None:
        with suppress(OSError):
            if measure(port, first, 1, 0.1).failed is None:
                return True
        time.sleep(0.2)
    return False


def ours() -> list[str]:
    """The command of our API process."""
    return [str(Path(sys.executable).with_name("clinic")), "api"]
