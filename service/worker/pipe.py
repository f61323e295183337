"""Reads lines from a pipe, waiting for each no longer than a time limit."""

from __future__ import annotations

import os
import select
import time
from collections import deque

BLOCK = 1 << 20  # bytes; an artifact is one line of up to some megabytes


class Lines:
    """Reads lines from a file descriptor; the caller owns the descriptor.

    Args:
        descriptor: the reading end of a pipe.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)
        self._complete: deque[bytes] = deque()
        self._begun: list[bytes] = []  # pieces of the line that has no end yet

    def next(self, timeout: float) -> bytes | None:
        """The next line without its end, or None where none is complete after ``timeout`` seconds.

        Raises:
            EOFError: the other end is closed and every complete line is read.
        """
        deadline = time.monotonic() + timeout
        while not self._complete:
            left = deadline - time.monotonic()
            if not self._poll.poll(max(0.0, left) * 1000):
                return None
            block = os.read(self._descriptor, BLOCK)
            if not block:
                raise EOFError
            first, *rest = block.split(b"\n")
            self._begun.append(first)
            if rest:
                self._complete.append(b"".join(self._begun))
                self._complete.extend(rest[:-1])
                self._begun = [rest[-1]]
        return self._complete.popleft()
