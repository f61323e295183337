"""The application behind a real socket, for clients that bring their own HTTP."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from service.app import create_app
from service.settings import Settings


@contextmanager
def listening(settings: Settings) -> Iterator[str]:
    """The application on a free port of this machine; its address as ``host:port``."""
    server = uvicorn.Server(uvicorn.Config(create_app(settings), log_level="warning"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="server")
        thread.start()
        end = time.monotonic() + 60
        while not server.started:
            assert thread.is_alive()
            assert time.monotonic() < end
            thread.join(0.01)
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
