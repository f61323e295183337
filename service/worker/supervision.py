"""Reads a child's events for as long as its attempt may go on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from models.events import Event
from service.settings import Settings
from service.worker.child import Child, State
from service.worker.interruptions import OutOfMemory, Stopping, TimedOut

LOOK = 0.15  # seconds between two looks at row and memory, so that a cancelled training burns no longer
BATCH = 64  # events in one transaction


def listen(
    child: Child, name: str, settings: Settings, stopping: threading.Event, look: Callable[[], None]
) -> Iterator[list[Event]]:
    """Yield a child's events, each time all that came meanwhile, until the reader stops or an interruption.

    Args:
        child: that was given the work.
        name: of the work.
        settings: for the time that it may take, and the memory.
        stopping: set when the agent shuts down.
        look: raises when the attempt may not go on.

    Raises:
        Interruption: the attempt ends.
    """
    now = time.monotonic()
    ends, next_look = now + settings.job_timeout, now + LOOK
    while True:
        event, events = child.read(LOOK), list[Event]()
        while event is not None:
            events.append(event)
            more = child.state is not State.READY and len(events) < BATCH
            event = child.read(0) if more else None
        if events:
            yield events
        now = time.monotonic()
        if stopping.is_set():
            raise Stopping(name)
        if now > ends:
            raise TimedOut(name)
        if now > next_look:
            look()
            if child.memory() > settings.max_child_memory * 2**20:
                raise OutOfMemory(name)
            next_look = now + LOOK
