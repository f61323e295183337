"""Agent processes for tests."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext, suppress
from pathlib import Path

import psutil
from sqlalchemy import Engine

DEFAULTS = {"slots": 1, "heartbeat": 0.25, "agent_timeout": 1.5, "log_level": "info"}


def until(condition: Callable[[], object], timeout: float = 60.0) -> None:
    """Wait until ``condition`` holds; a failure says which one did not."""
    ends = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < ends, f"not within {timeout} s: {condition}"
        time.sleep(0.03)


def is_locked(file: str) -> bool:
    """Whether somebody writes to a SQLite database just now."""
    connection = sqlite3.connect(file, timeout=0.2, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return True
    finally:
        connection.close()
    return False


class Agent:
    """``python -m service.worker`` as a process.

    Args:
        url: the database.
        cache: folder of compiled programs.
        settings: what differs from the defaults.
        code: folder of the program, if it is not this one.
        log: the file to which its log is added, if not this process's.
    """

    def __init__(
        self,
        url: str,
        cache: Path,
        settings: dict[str, object],
        code: Path | None = None,
        log: Path | None = None,
    ) -> None:
        chosen = {**DEFAULTS, "database_url": url, "cache_dir": cache, **settings}
        environment = os.environ | {f"CLINIC_{name.upper()}": str(value) for name, value in chosen.items()}
        if code is not None:
            environment["PYTHONPATH"] = str(code)
        command = [sys.executable, "-m", "service.worker"]
        with nullcontext() if log is None else log.open("ab") as words:
            self.process = subprocess.Popen(command, env=environment, cwd=code, stderr=words)

    def hears(self) -> bool:
        """Whether it handles SIGTERM by now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        caught = next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("SigCgt:"))
        return bool(caught >> signal.SIGTERM - 1 & 1)

    def children(self) -> list[psutil.Process]:
        """Its training processes; a library that it imports starts one of another kind (``file``), which soon ends."""
        try:
            family = psutil.Process(self.process.pid).children()
        except psutil.NoSuchProcess:
            return []
        found = []
        for child in family:
            with suppress(psutil.NoSuchProcess):
                if child.name() != "file":
                    found.append(child)
        return found

    def tell_children(self, what: Callable[[psutil.Process], None]) -> None:
        """Send something to those of them that are still there."""
        for child in self.children():
            with suppress(psutil.NoSuchProcess):
                what(child)

    def kill_children(self) -> None:
        """End them as the kernel does when memory is short."""
        self.tell_children(psutil.Process.kill)

    def kill(self) -> None:
        """End the agent as the kernel does when memory is short."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Let it stand still, with its children, until :meth:`go_on`."""
        self.tell_children(psutil.Process.suspend)
        self.process.send_signal(signal.SIGSTOP)
        until(self.stands_still)  # the signal reaches its threads one by one

    def stop_between_transactions(self, engine: Engine) -> None:
        """Let it stand still while it does not write to SQLite: its file would stay locked for everybody.

        On PostgreSQL it may hold a row: that lock is taken from it.
        """
        self.stop()
        if engine.dialect.name == "sqlite":
            while is_locked(str(engine.url.database)):
                self.go_on()
                self.stop()

    def stands_still(self) -> bool:
        """Whether each of its threads is stopped."""
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/stat")
        return {thread.read_text().rpartition(")")[2].split()[0] for thread in threads} == {"T"}

    def go_on(self) -> None:
        """Let everything run again."""
        self.tell_children(psutil.Process.resume)
        self.process.send_signal(signal.SIGCONT)

    def forbid_writing(self) -> None:
        """Let every write to a file fail, as on a full disk, until :meth:`allow_writing`."""
        _, most = psutil.Process(self.process.pid).rlimit(psutil.RLIMIT_FSIZE)
        psutil.Process(self.process.pid).rlimit(psutil.RLIMIT_FSIZE, (0, most))

    def allow_writing(self) -> None:
        """Let it write again."""
        _, most = psutil.Process(self.process.pid).rlimit(psutil.RLIMIT_FSIZE)
        psutil.Process(self.process.pid).rlimit(psutil.RLIMIT_FSIZE, (most, most))

    def end(self) -> int:
        """Ask it to end, as a service manager does; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
        return self.process.wait(timeout=30)
