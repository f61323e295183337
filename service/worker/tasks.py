"""The kinds of work that the queue holds: how each is claimed, done and ended."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final, Generic, Protocol, TypeVar

from sqlalchemy.orm import Session

from service import ids
from service.database.tables import JobRow, PreflightRow
from service.database.transactions import RetryingTransactions
from service.queue import workflows
from service.settings import Settings
from service.worker import ledger, preflights
from service.worker.attempt import Attempt
from service.worker.child import Child
from service.worker.measuring import Measuring


class Claimed(Protocol):
    """A running attempt at a piece of work."""

    @property
    def attempt(self) -> int:
        """Its number."""

    @property
    def lost(self) -> int:
        """Earlier attempts whose process died."""

    @property
    def traceparent(self) -> str | None:
        """Of the request that asked for the work, if that was traced."""


class Running(Protocol):
    """An attempt that is made."""

    def run(self) -> None:
        """Work up to the last write; an :class:`Interruption` leaves the row running."""


C = TypeVar("C", bound=Claimed)
Error = dict[str, str]


@dataclass(frozen=True)
class Task(Generic[C]):
    """A kind of work; the functions are parts of a transaction, and those with a claim are fenced by it.

    Attributes:
        table: where its rows are.
        priority: of a row, in the queue.
        claim: begins the next attempt at the work of this name, for an agent, of so many at most.
        attempt: makes it, with a child that is ready.
        hand_back: gives it back to the queue.
        fail: ends it with an error.
        died: the error for so many processes that died.
        abandon: ends what no attempt runs.
    """

    table: type[JobRow | PreflightRow]
    priority: Callable[[Any], int]
    claim: Callable[[Session, str, str, int], C | None]
    attempt: Callable[[C, Child, RetryingTransactions, Settings, threading.Event], Running]
    hand_back: Callable[[Session, C], None]
    fail: Callable[[Session, C, Error], None]
    died: Callable[[int], Error]
    abandon: Callable[[Session, str, Error], None]


@dataclass(frozen=True)
class Work(Generic[C]):
    """A piece of work that an attempt has claimed.

    Attributes:
        task: its kind.
        name: of its row.
        claim: what makes the attempt's writes count.
    """

    task: Task[C]
    name: str
    claim: C

    def hand_back(self, session: Session) -> None:
        """Give it back to the queue."""
        self.task.hand_back(session, self.claim)

    def fail(self, session: Session, error: Error) -> None:
        """End it with an error."""
        self.task.fail(session, self.claim, error)


TRAINING: Final = Task(
    JobRow, attrgetter("priority"), ledger.claim, Attempt, ledger.hand_back, ledger.fail, ledger.died, ledger.abandon
)
PREFLIGHT: Final = Task(
    PreflightRow,
    lambda _row: workflows.INTERACTIVE,
    preflights.claim,
    Measuring,
    preflights.hand_back,
    preflights.fail,
    preflights.died,
    preflights.abandon,
)


def task_of(name: str) -> Task[Any]:
    """The kind of the work of this name.

    Example:
        >>> task_of("pre_01981d2b-7c2e-7b11-8f10-4f3a6f9d2c55") is PREFLIGHT
        True
    """
    return PREFLIGHT if ids.PREFLIGHT.fits(name) else TRAINING
