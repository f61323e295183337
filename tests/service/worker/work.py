"""Workflows of an executor in the test's own process."""

from __future__ import annotations

import threading

from service.worker.interruptions import Unfinished

AGENT = "agent_of_the_test"


class Work:
    """Notes what it shall train, and ends it when it is let."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.may_end = threading.Event()
        self.unfinished = False

    def train(self, job_id: str) -> None:
        """The body of a workflow."""
        self.begun.append(job_id)
        self.may_end.wait(30)
        if self.unfinished:
            raise Unfinished(job_id)
