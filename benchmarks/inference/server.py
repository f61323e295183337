"""Servers that answer predictions, ours and the peers', each started when its turn comes."""

from __future__ import annotations

import json
import os
import signal
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


def plain(rows: Rows) -> dict[str, Any]:
    """The body that most take."""
    return {"rows": rows}


def tensor(rows: Rows) -> dict[str, Any]:
    """The body of the Open Inference Protocol."""
    shape = [len(rows), len(rows[0])]
    return {"inputs": [{"name": "rows", "shape": shape, "datatype": "FP32", "data": rows}]}


@dataclass(frozen=True)
class Peer:
    """Another way to serve a network.

    Attributes:
        name: as the table calls it.
        program: a file of ``peers``.
        needs: what its environment needs, for pip.
        path: where it takes predictions; ``body``: what it takes.
    """

    name: str
    program: str
    needs: tuple[str, ...]
    path: str = "/predict"
    body: Callable[[Rows], dict[str, Any]] = plain


LITE = ("ai-edge-litert>=2.1", "numpy")
ALL = (
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


def request(peer: Peer, rows: Rows) -> bytes:
    """A request that the peer takes."""
    return http(peer.path, json.dumps(peer.body(rows)).encode())


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
