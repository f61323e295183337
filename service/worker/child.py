"""Starts a warm child and talks with it: a process with TensorFlow imported that trains or measures one spec at a time.

What you can rely on:

- a child that is ``READY`` has imported its framework and waits for work;
- every message is checked against the child's state; a child that sends what it may not send now is killed;
- it dies with the thread that started it, and a killed child is gone when :meth:`Child.kill` returns.
"""

from __future__ import annotations

import fcntl
import importlib.util
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import Any

import psutil
from pydantic import ValidationError

from models.events import Checkpoint, Epochs, Event, Started, event_adapter
from service.settings import Settings
from service.worker.interruptions import ChildDied, ProtocolError
from service.worker.parent_death import tied_to_parent
from service.worker.pipe import Lines

logger = logging.getLogger(__name__)

NICENESS = 5  # below the API, which must answer while the cores train
PIPE = 1 << 20  # bytes that a child can send ahead, so that it trains on while the agent writes to the database
LOG_TAIL = 40  # lines of its log that are kept
ENVIRONMENT = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "KERAS_BACKEND": "tensorflow",
    "PYTHONFAULTHANDLER": "1",
    # NumPy's products are small here, and its second thread would spin for a while after each, beside the training.
    "OPENBLAS_NUM_THREADS": "1",
}


class State(Enum):
    """The states of a child; each decides which events it may send next."""

    STARTING = "starting"  # imports its framework
    READY = "ready"  # waits for a spec and is silent
    ASKED = "asked"  # builds data and network
    TRAINING = "training"  # trains, then writes its artifacts
    MEASURING = "measuring"  # looks at untrained networks
    DEAD = "dead"  # gone, or killed


FOLLOWING: dict[tuple[State, str], State] = {
    (State.STARTING, "ready"): State.READY,
    (State.ASKED, "started"): State.TRAINING,
    (State.ASKED, "failed"): State.READY,
    (State.TRAINING, "epochs"): State.TRAINING,
    (State.TRAINING, "surface"): State.TRAINING,
    (State.TRAINING, "checkpoint"): State.TRAINING,
    (State.TRAINING, "artifact"): State.TRAINING,
    (State.TRAINING, "finished"): State.READY,
    (State.TRAINING, "failed"): State.READY,
    (State.MEASURING, "preflighted"): State.READY,
    (State.MEASURING, "failed"): State.READY,
}


def command(settings: Settings) -> list[str]:
    """The program that a child runs."""
    program = [sys.executable, "-m", "models", "--threads", str(settings.threads)]
    program += ["--checkpoint-seconds", str(settings.checkpoint_seconds)]
    return tied_to_parent(signal.SIGKILL, NICENESS, *program, "--cache-dir", str(settings.cache_dir.resolve()))


def environment() -> dict[str, str]:
    """The child's environment; it imports the same ``models`` as this process, wherever that was found."""
    spec = importlib.util.find_spec("models")
    assert spec is not None
    assert spec.origin is not None
    paths = [str(Path(spec.origin).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    # What it must know of the settings are its arguments; the database's password and keys are nothing to it.
    own = {name: value for name, value in os.environ.items() if not name.startswith("CLINIC_")}
    return own | ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(paths)}


def widen(pipe: int) -> None:
    """Let a pipe hold ``PIPE`` bytes, where the system allows it."""
    if sys.platform == "linux":
        with suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)


class Child:
    """A child process and the protocol with it; used by the one thread that starts it."""

    def __init__(self, settings: Settings) -> None:
        self.state = State.STARTING
        self._epochs = 0  # of the running training that are done: reported, or before its checkpoint
        self._process = subprocess.Popen(
            command(settings),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
            start_new_session=True,  # a terminal's Ctrl-C is the agent's to handle
        )
        self._observed = psutil.Process(self._process.pid)
        assert self._process.stdout is not None
        widen(self._process.stdout.fileno())
        self._lines = Lines(self._process.stdout.fileno())
        self._log: deque[str] = deque(maxlen=LOG_TAIL)
        self._listener = threading.Thread(target=self._listen, name=f"child-{self.pid}-log", daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def memory(self) -> int:
        """Resident memory in bytes; 0 when the child is dead."""
        try:
            return self._observed.memory_info().rss
        except psutil.NoSuchProcess:
            return 0

    @property
    def alive(self) -> bool:
        """Whether the process is there this moment."""
        return self.state is not State.DEAD and self._process.poll() is None

    def log_tail(self) -> str:
        """The last lines of its log."""
        return "\n".join(self._log)

    def ask(self, spec: dict[str, Any], checkpoint: Checkpoint | None = None) -> None:
        """Give the child a spec to train, and where to go on if it can.

        Raises:
            ChildDied: it is gone.
        """
        content = None if checkpoint is None else checkpoint.model_dump()
        self._send({"spec": spec, "checkpoint": content}, State.ASKED)
        self._epochs = 0 if checkpoint is None else checkpoint.epoch

    def ask_preflight(self, spec: dict[str, Any], *, single_batch: bool) -> None:
        """Give the child a spec whose untrained networks it shall measure, and perhaps one of them on a single batch.

        Raises:
            ChildDied: it is gone.
        """
        self._send({"preflight": spec, "single_batch": single_batch}, State.MEASURING)

    def _send(self, request: dict[str, Any], following: State) -> None:
        assert self.state is State.READY, self.state
        assert self._process.stdin is not None
        line = json.dumps(request, separators=(",", ":"), allow_nan=False)
        try:
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise self._death() from error
        self.state = following

    def read(self, timeout: float) -> Event | None:
        """The next event, or None when there is none after ``timeout`` seconds.

        Raises:
            ChildDied: it is gone.
            ProtocolError: it sent something that it may not send now; it has been killed.
        """
        try:
            line = self._lines.next(timeout)
        except EOFError as error:
            raise self._death() from error
        if line is None:
            return None
        try:
            event = event_adapter.validate_json(line)
        except ValidationError as error:
            self.kill()
            raise ProtocolError(f"the child said something that is no event: {line[:200]!r}") from error
        self._advance(event)
        return event

    def kill(self) -> None:
        """End the process at once and wait until it is gone."""
        self.state = State.DEAD
        if self._process.poll() is None:
            os.killpg(self.pid, signal.SIGKILL)  # it leads a session of its own
        self._process.wait()
        self._listener.join()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            assert pipe is not None
            with suppress(BrokenPipeError):  # a request that it never read
                pipe.close()

    def _advance(self, event: Event) -> None:
        following = FOLLOWING.get((self.state, event.type))
        if following is None or not self._in_order(event):
            state = self.state
            self.kill()
            raise ProtocolError(f"the child said {event.type!r} while {state.value}, {self._epochs} epochs done")
        self.state = following
        if isinstance(event, Started):
            self._epochs = event.epoch
        if isinstance(event, Epochs):
            self._epochs += event.count

    def _in_order(self, event: Event) -> bool:
        match event:
            case Started():
                return event.epoch in {0, self._epochs}  # it begins anew where it cannot use the checkpoint
            case Epochs():
                return event.first == self._epochs + 1
            case Checkpoint():
                return event.epoch == self._epochs
            case _:
                return True

    def _death(self) -> ChildDied:
        self.kill()
        code = self._process.returncode
        return ChildDied(f"signal {-code}" if code < 0 else f"exit code {code}")

    def _listen(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            text = line.decode(errors="replace").rstrip()
            self._log.append(text)
            logger.debug("child %d: %s", self.pid, text)
