"""Runs a slot: a thread with one warm child that works on one job at a time."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy.orm import Session

from service.database.transactions import RetryingTransactions
from service.settings import Settings
from service.telemetry import logs, spans
from service.worker import preflight, training
from service.worker.attempts import PREFLIGHTS, Attempts, Claim, attempts_at, follower
from service.worker.child import Child, State
from service.worker.interruptions import CancelRequested, ChildDied, LostClaim, OutOfMemory, Stopping, TimedOut

logger = logging.getLogger(__name__)

START_PATIENCE = 120.0  # seconds for a child to import its framework on a busy machine
CHECK = 0.2  # seconds between two looks whether an idle child still lives
FIRST_PAUSE = 1.0  # seconds after a child that did not start; doubled each time
LONGEST_PAUSE = 30.0


@dataclass
class Order:
    """A job for a slot."""

    job_id: str
    ended: threading.Event = field(default_factory=threading.Event)
    done: bool = False  # False at the end: the job must be given to another slot


class Slot(threading.Thread):
    """Keeps a child warm and trains with it; says that it is free only while the child is ready.

    The child is started by this thread and dies with it.

    Args:
        number: of this slot within its agent.
        agent_id: whose slot it is.
        settings: threads, cache, time and attempts of a job.
        transactions: on the database.
        stopping: set when the agent shuts down.
        changed: called when this slot has become free.
    """

    def __init__(
        self,
        number: int,
        agent_id: str,
        settings: Settings,
        transactions: RetryingTransactions,
        stopping: threading.Event,
        changed: Callable[[], None],
    ) -> None:
        super().__init__(name=f"slot-{number}", daemon=True)
        self._agent_id = agent_id
        self._settings = settings
        self._transactions = transactions
        self._stopping = stopping
        self._changed = changed
        self._orders: queue.SimpleQueue[Order] = queue.SimpleQueue()
        self._child: Child | None = None
        self._lock = threading.Lock()
        self._free = False

    @property
    def free(self) -> bool:
        """Whether it would take a job now: its child lives, is ready, and has nothing to do."""
        child = self._child
        return self._free and child is not None and child.alive and child.state is State.READY

    def give(self, order: Order) -> bool:
        """Hand it a job; False where it is not free after all."""
        with self._lock:
            if not self.free:
                return False
            self._free = False
            self._orders.put(order)
        return True

    def run(self) -> None:
        """Warm a child, work, and begin again, until the agent stops."""
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            if not self._warm():
                self._stopping.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                continue
            pause = FIRST_PAUSE
            order = self._next()
            if order is not None:
                self._serve(order)
        self._discard()
        self._refuse()

    def _serve(self, order: Order) -> None:
        """Bring the job to its end, and those that follow it."""
        job_id: str | None = order.job_id
        try:
            while job_id is not None:
                with logs.about(job_id):
                    order.done = self._work(job_id)
                if self._child is not None and self._has_grown(self._child):
                    self._discard()  # compiled programs never leave TensorFlow's memory: a fresh child begins anew
                if not order.done:
                    break
                job_id = self._transactions.read(partial(follower, leader=order.job_id, after=job_id))
        except Exception:
            order.done = False
            logger.exception("job %s left its slot with an error", job_id)
            self._discard()
        finally:
            order.ended.set()

    def _next(self) -> Order | None:
        """The next job; None when the child has died or the agent stops before there is one."""
        with self._lock:
            self._free = True
        self._changed()
        while True:
            try:
                return self._orders.get(timeout=CHECK)
            except queue.Empty:
                if self._stopping.is_set() or not self.free:
                    break
        with self._lock:
            self._free = False
        return None if self._orders.empty() else self._orders.get()

    def _work(self, job_id: str) -> bool:
        """Bring a job to its end; False where this slot cannot, and another must."""
        attempts, most = attempts_at(job_id), self._settings.max_attempts
        while not self._stopping.is_set() and self._warm():
            claim = self._transactions.write(lambda session: attempts.claim(session, job_id, self._agent_id, most))
            if claim is None or self._try(attempts, claim):
                return True
        return False

    def _try(self, attempts: Attempts, claim: Claim) -> bool:
        """Make one attempt; False where there may be another."""
        assert self._child is not None
        job_id = claim.job_id
        work = preflight.measure if attempts is PREFLIGHTS else training.train
        hand_back, fail = partial(attempts.hand_back, claimed=claim), partial(attempts.fail, claimed=claim)
        try:
            with spans.attempt(job_id, claim.attempt, claim.traceparent):
                work(claim, self._child, self._transactions, self._settings, self._stopping)
        except ChildDied as death:
            logger.warning("job %s, attempt %d: the child died (%s)", job_id, claim.attempt, death)
            self._log_tail(logging.WARNING)
            if self._stopping.is_set():
                self._close(hand_back)
                return False
            lost = claim.lost + 1
            if lost < self._settings.max_attempts:
                return False
            self._close(partial(fail, error=attempts.died(lost)))
        except Stopping:
            self._discard()
            self._close(hand_back)
            return False
        except CancelRequested:
            self._discard()
            self._close(partial(attempts.cancel, claimed=claim))
        except TimedOut:
            self._discard()
            self._close(partial(fail, error=self._late()))
        except OutOfMemory:
            self._discard()
            self._close(partial(fail, error=self._large()))
        except LostClaim:
            logger.warning("job %s is not attempt %d's any more", job_id, claim.attempt)
            self._discard()
        except Exception:
            logger.exception("job %s, attempt %d: an error of ours", job_id, claim.attempt)
            self._discard()
            self._close(partial(fail, error=INTERNAL))
        return True

    def _close(self, write: Callable[[Session], None]) -> None:
        """The last write of an attempt, which counts only if nobody else has made it."""
        try:
            self._transactions.write(write)
        except LostClaim as lost:
            logger.warning("job %s has ended, or runs elsewhere", lost)

    def _warm(self) -> bool:
        """Whether a child is ready, after one has been started where there was none."""
        if self._child is not None and self._child.alive and self._child.state is State.READY:
            return True
        self._discard()
        self._child = Child(self._settings)
        ends = time.monotonic() + START_PATIENCE
        try:
            while self._child.state is State.STARTING and time.monotonic() < ends and not self._stopping.is_set():
                self._child.read(CHECK)
        except ChildDied as death:
            logger.error("a child did not start (%s)", death)  # noqa: TRY400 - the child's own log says why
            self._log_tail(logging.ERROR)
        if self._child.state is State.STARTING and not self._stopping.is_set():
            logger.error("a child was not ready after %g seconds", START_PATIENCE)
            self._log_tail(logging.ERROR)
        return self._child.state is State.READY

    def _log_tail(self, level: int) -> None:
        """Log the end of the child's log, a record for each line."""
        assert self._child is not None
        for line in self._child.log_tail().splitlines():
            logger.log(level, "child %d: %s", self._child.pid, line)

    def _discard(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child = None

    def _refuse(self) -> None:
        """Let go of an order that came while the agent stopped."""
        with self._lock:  # without a child nothing is given any more
            while not self._orders.empty():
                self._orders.get().ended.set()

    def _has_grown(self, child: Child) -> bool:
        """Whether it is better replaced, so that the next training has at least half of the memory that it may use."""
        return child.memory() > min(self._settings.child_memory, self._settings.max_child_memory // 2) * 2**20

    def _late(self) -> dict[str, str]:
        seconds = self._settings.job_timeout
        return {
            "type": "timeout",
            "title": "It took too long",
            "detail": f"It may take {seconds:g} seconds here, and was not done by then.",
        }

    def _large(self) -> dict[str, str]:
        return {
            "type": "memory",
            "title": "It needed too much memory",
            "detail": f"Its process may use {self._settings.max_child_memory} MB here, and needed more.",
        }


INTERNAL = {
    "type": "internal",
    "title": "It stopped on an error of ours",
    "detail": "The service failed while it worked on this; its log says why.",
}
