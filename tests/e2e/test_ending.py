"""However a service ends, nothing of it stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.service.worker.agents import until

pytestmark = pytest.mark.slow


def is_training_process(process: psutil.Process) -> bool:
    """Whether it is a child that trains by now; processes that libraries start as they are imported come and go."""
    try:
        return "models" in process.cmdline()
    except psutil.NoSuchProcess:  # it has ended, with or without having been waited for
        return False


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_it(tmp_path: Path, ending: signal.Signals) -> None:
    command = [sys.executable, "-m", "service", "serve", "--port", "0", "--slots", "1"]
    environment = os.environ | {"CLINIC_CACHE_DIR": str(tmp_path / "cache")}
    with subprocess.Popen(command, cwd=tmp_path, env=environment) as server:
        process = psutil.Process(server.pid)

        def family() -> list[psutil.Process]:
            return process.children(recursive=True)

        try:
            until(lambda: any(map(is_training_process, family())))
            others = family()
            server.send_signal(ending)
            server.wait(60)
            _, alive = psutil.wait_procs(others, timeout=60)
            assert not alive
        finally:
            server.kill()  # does nothing if it has ended
