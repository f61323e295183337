"""Sets an event when the process is told to stop; imports little, to be ready before anything else is loaded."""

from __future__ import annotations

import os
import signal
import threading


def stop_on_signal() -> threading.Event:
    """An event that is set at SIGTERM or SIGINT, from a thread of its own.

    A handler would set it between two instructions of the main thread, which may hold the event's own lock just then.
    """
    stopping = threading.Event()
    reading_end, writing_end = os.pipe()
    os.set_blocking(writing_end, False)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    signal.set_wakeup_fd(writing_end, warn_on_full_buffer=False)

    def wait() -> None:
        os.read(reading_end, 1)
        stopping.set()

    threading.Thread(target=wait, name="signals", daemon=True).start()
    return stopping
