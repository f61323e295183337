"""Holds the slots of an agent, and gives jobs to those that are free."""

from __future__ import annotations

import threading
import time

from service.database.transactions import RetryingTransactions
from service.settings import Settings
from service.worker.interruptions import Unfinished
from service.worker.slot import Order, Slot

RECHECK = 0.2  # seconds between two counts of the free slots while none reports itself
EXPECTED = 5.0  # seconds after which a job that was taken and did not come is not waited for any more


class Pool:
    """All slots of one agent.

    Args:
        agent_id: whose slots they are.
        settings: their number, and what each needs.
        transactions: on the database.
        stopping: set when the agent shuts down.
    """

    def __init__(
        self, agent_id: str, settings: Settings, transactions: RetryingTransactions, stopping: threading.Event
    ) -> None:
        self._stopping = stopping
        self._changed = threading.Condition()
        self._expected: dict[str, float] = {}  # jobs taken for a slot that have not reached it: until when
        self._slots = [
            Slot(number, agent_id, settings, transactions, stopping, self.wake) for number in range(settings.slots)
        ]

    def start(self) -> None:
        """Begin to warm the children."""
        for slot in self._slots:
            slot.start()

    def wake(self) -> None:
        """Let those who wait for a free slot look again."""
        with self._changed:
            self._changed.notify_all()

    def expect(self, job_id: str) -> None:
        """Keep a slot for a job whose workflow is about to start."""
        with self._changed:
            self._expected[job_id] = time.monotonic() + EXPECTED

    def wait_free(self) -> int:
        """How many slots are free this moment; waits for the first, and returns 0 only when the agent stops."""
        with self._changed:
            while not self._stopping.is_set():
                now = time.monotonic()
                self._expected = {job_id: until for job_id, until in self._expected.items() if until > now}
                free = sum(slot.free for slot in self._slots) - len(self._expected)
                if free > 0:
                    return free
                self._changed.wait(RECHECK)
        return 0

    def train(self, job_id: str) -> None:
        """Have a free slot bring a job to its end: the body of a workflow.

        Raises:
            Unfinished: the job must be given to another slot.
        """
        order = Order(job_id)
        while not any(slot.give(order) for slot in self._slots):
            if self._stopping.is_set():
                raise Unfinished(job_id)
            with self._changed:  # the slot that was counted has lost its child
                self._changed.wait(RECHECK)
        with self._changed:
            self._expected.pop(job_id, None)
        order.ended.wait()
        if not order.done:
            raise Unfinished(job_id)

    def join(self, timeout: float) -> None:
        """Wait until every slot has ended its work, after ``stopping`` was set."""
        ends = time.monotonic() + timeout
        for slot in self._slots:
            slot.join(max(0.0, ends - time.monotonic()))
