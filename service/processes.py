"""Starts the processes of a service on one machine: the API in this process, an agent beside it."""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import uvicorn
from sqlalchemy.exc import SQLAlchemyError

from service.http.loopback import listens_here_alone
from service.settings import Settings
from service.telemetry import logs, spans
from service.worker.parent_death import tied_to_parent

logger = logging.getLogger(__name__)
SECRETS = frozenset({"CLINIC_OPERATOR_KEY", "CLINIC_GRADING_SECRET"})  # of the API alone
RESTART_PAUSE = 1.0  # seconds between the death of an agent and the next one's start
GRACE = 2  # seconds for open answers, such as one that waits for a job, when the API is told to stop
BACKLOG = 2048  # connections that wait to be accepted
STOP_PATIENCE = 15.0  # seconds for an agent to hand its jobs back


class UnguardedError(Exception):
    """The address would be reachable from other machines, and there is no key by which callers are known."""


def prepare(settings: Settings) -> None:
    """Bring our schema and the workflow engine's up to date, and store the operator key that the settings give.

    Raises:
        Invalid: it has not the form of a secret, or was revoked.
    """
    from service.database.session import create_engine, migrate, writing
    from service.keys.operations import adopt
    from service.queue.workflows import prepare as prepare_queue

    migrate(settings.database_url)
    engine = create_engine(settings)
    try:
        prepare_queue(engine)
        if settings.operator_key is not None:
            with writing(engine) as session:
                adopt(session, settings.operator_key.get_secret_value())
    finally:
        engine.dispose()


def require_keys(settings: Settings) -> None:
    """Make sure that there is a key where other machines can call.

    Raises:
        UnguardedError: the settings' address is not this machine's own, and the database holds no key.
    """
    if listens_here_alone(settings.host):
        return
    from service.database.session import create_engine, reading
    from service.keys.queries import any_valid

    engine = create_engine(settings)
    try:
        with reading(engine) as session:
            found = any_valid(session)
    except SQLAlchemyError as error:
        raise UnguardedError(
            f"{settings.host} can be reached from other machines, and the database's keys cannot be read: "
            "`clinic migrate` makes its tables."
        ) from error
    finally:
        engine.dispose()
    if not found:
        raise UnguardedError(
            f"{settings.host} can be reached from other machines, and there is no key by which callers would be known. "
            "Make one with `clinic keys create --scope operator`, or listen on 127.0.0.1."
        )


def listen(settings: Settings) -> socket.socket:
    """Open a listening socket at the settings' address; port 0 takes a free one.

    Raises:
        OSError: the address is taken or does not exist.
    """
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError("this is no name of a host") from error
    family, kind, protocol, _, address = found[0]
    # The protocol must be named: asyncio sends small packets at once (TCP_NODELAY) only where it sees TCP's number, and
    # without that an answer waits 40 ms for its client's delayed acknowledgement.
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def run_api(settings: Settings, listener: socket.socket) -> None:
    """Serve the API on ``listener`` until the process is told to stop."""
    with logs.native_output_logged():
        logs.configure(settings)
        _run_api(settings, listener)


def _run_api(settings: Settings, listener: socket.socket) -> None:
    spans.configure("clinic-api")
    gc.disable()  # the imports make many thousand objects, which all stay: looking for garbage among them takes time
    from service.app import create_app
    from service.http.connections import BoundedConnection

    app = create_app(settings)
    gc.freeze()
    gc.enable()
    # The server logs as everything else does; requests are logged by the application, which knows their ids.
    config = uvicorn.Config(
        app,
        http=BoundedConnection,
        log_config=None,
        log_level=settings.log_level,
        access_log=False,
        timeout_graceful_shutdown=GRACE,
    )
    # The server answers a signal by stopping, then sends it again; by default that would end the process before
    # what it started is ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])
    finally:
        spans.end()


def environment(settings: Settings) -> dict[str, str]:
    """The environment variables from which another process reads the same settings."""
    chosen = settings.model_dump(mode="json", exclude_none=True)
    return {f"CLINIC_{name.upper()}": str(value) for name, value in chosen.items()}


@contextmanager
def agent(settings: Settings) -> Iterator[None]:
    """Keep an agent process running for the time of the block; one that dies is replaced."""
    stopping = threading.Event()
    running: list[subprocess.Popen[bytes]] = []
    variables = {name: value for name, value in os.environ.items() if name not in SECRETS} | environment(settings)
    # Not descriptor 2 when an agent starts: by then lines of libraries may be read from it (``native_output_logged``).
    log = os.dup(sys.stderr.fileno())

    def keep() -> None:
        while not stopping.is_set():
            # Should this process be killed, the agent is told to stop all the same. A terminal's Ctrl-C is ours.
            command = tied_to_parent(signal.SIGTERM, 0, sys.executable, "-m", "service.worker")
            process = subprocess.Popen(command, env=variables, start_new_session=True, stderr=log)
            running[:] = [process]
            if stopping.is_set():  # told to stop while it started
                process.send_signal(signal.SIGTERM)
            code = process.wait()
            if not stopping.is_set():
                logger.warning("the agent ended with code %s; starting another", code)
                stopping.wait(RESTART_PAUSE)

    keeper = threading.Thread(target=keep, name="agent-keeper", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stopping.set()
        for process in running:
            process.send_signal(signal.SIGTERM)
        keeper.join(STOP_PATIENCE)
        for process in running:
            if process.poll() is None:
                process.kill()
        keeper.join()
        os.close(log)
