"""A real service as a user starts it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def serving(folder: Path, cache: Path) -> Iterator[str]:
    """``clinic serve`` on a free port with its database in ``folder``; its address."""
    command = [sys.executable, "-m", "service", "serve", "--port", "0"]
    environment = os.environ | {"CLINIC_CACHE_DIR": str(cache)}
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            line = server.stdout.readline()
            assert line.startswith("Gradient Clinic: "), line
            yield line.split()[2].rstrip("/")
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(60)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
