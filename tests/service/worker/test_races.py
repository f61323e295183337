"""Several who move one job at the same moment: it ends once, as one of them wanted, and nobody is told otherwise."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy.orm import Session

from service.database.job_states import TERMINAL, JobStatus
from service.database.session import reading, writing
from service.database.tables import JobRow
from service.errors import AlreadyEnded
from service.jobs import operations
from service.worker import recording
from service.worker.attempts import JOBS, Claim
from service.worker.interruptions import CancelRequested, LostClaim
from tests.service.worker.claims import OUTCOME, claim
from tests.service.worker.desk import Desk

Move = Callable[[Session], object]
REFUSALS = (AlreadyEnded, LostClaim, CancelRequested)
ROUNDS = 8


def at_once(desk: Desk, *moves: Move) -> list[object]:
    """Make each move in a transaction and a thread of its own, all at the same moment; answers, or how they were refused."""
    begin = threading.Barrier(len(moves))

    def make(move: Move) -> object:
        begin.wait(30)
        try:
            with writing(desk.engine) as session:
                return move(session)
        except REFUSALS as refusal:
            return type(refusal)

    with ThreadPoolExecutor(len(moves)) as pool:
        return list(pool.map(make, moves))


def wish(job_id: str) -> Move:
    """A client cancels."""
    return lambda session: operations.cancel(session, session.get_one(JobRow, job_id, with_for_update=True))


def take(job_id: str, agent: str) -> Move:
    """An agent starts it, or takes it over from one that is said to be dead."""
    return partial(JOBS.claim, job_id=job_id, agent_id=agent, max_attempts=100)


def ends(claimed: Claim) -> list[Move]:
    """How an attempt can end: its training has, it lasts too long, its agent saw the wish or is told to stop."""
    return [
        partial(recording.succeed, claimed=claimed, outcome=OUTCOME),
        partial(JOBS.fail, claimed=claimed, error=JOBS.died(1)),
        partial(JOBS.cancel, claimed=claimed),
        partial(JOBS.hand_back, claimed=claimed),
    ]


def check_one_end(desk: Desk, job_id: str) -> None:
    """Assert that the row and the events of a job tell the same story, with one end at most."""
    job, events = desk.job(job_id), desk.events(job_id)
    told = [event for event in events if event in TERMINAL]
    assert told == ([job.status] if job.status in TERMINAL else []), events
    assert events[0] == JobStatus.QUEUED
    assert events.count("started") == job.attempt
    assert not told or events[-1] == told[0]
    assert (job.finished_at is None) == (job.status not in TERMINAL)


def test_a_wish_to_cancel_that_races_the_start_comes_true(desk: Desk) -> None:
    for _ in range(ROUNDS):
        job_id = desk.submit()
        _, claimed = at_once(desk, wish(job_id), take(job_id, "a"))
        if isinstance(claimed, Claim):  # the agent was first, and finds the wish at its next look
            with pytest.raises(CancelRequested), reading(desk.engine) as session:
                JOBS.look(session, claimed)
            with writing(desk.engine) as session:
                JOBS.cancel(session, claimed)
        assert desk.status(job_id) == "cancelled"
        check_one_end(desk, job_id)


def test_a_wish_to_cancel_that_races_the_end_is_refused_or_comes_true(desk: Desk) -> None:
    for _ in range(ROUNDS):
        job_id = desk.submit()
        claimed = claim(desk, job_id)
        wished, ended = at_once(desk, wish(job_id), partial(recording.succeed, claimed=claimed, outcome=OUTCOME))
        assert (wished, ended) in {(AlreadyEnded, None), (None, CancelRequested)}
        assert desk.status(job_id) == ("running" if wished is None else "succeeded")
        check_one_end(desk, job_id)


def test_a_wish_to_cancel_that_races_the_return_to_the_queue_comes_true(desk: Desk) -> None:
    for _ in range(ROUNDS):
        job_id = desk.submit()
        claimed = claim(desk, job_id)
        assert at_once(desk, wish(job_id), partial(JOBS.hand_back, claimed=claimed)) == [None, None]
        assert desk.status(job_id) == "cancelled"  # at once: it need not wait for another agent
        check_one_end(desk, job_id)


def test_an_attempt_whose_end_races_its_successors_start_ends_the_job_or_nothing(desk: Desk) -> None:
    for number in range(2 * ROUNDS):
        job_id = desk.submit()
        end = ends(claim(desk, job_id))[number % 2]
        ended, successor = at_once(desk, end, take(job_id, "b"))
        assert (ended is None) == (successor is None)
        assert ended in {None, LostClaim}
        assert (desk.status(job_id) in TERMINAL) == (successor is None)
        check_one_end(desk, job_id)


def test_whatever_happens_at_once_a_job_ends_once(desk: Desk) -> None:
    chance = random.Random(7)
    for _ in range(ROUNDS):
        job_id = desk.submit()
        claimed = claim(desk, job_id)
        moves = [wish(job_id), take(job_id, "b"), take(job_id, "c"), *ends(claimed)]
        moves.append(partial(JOBS.abandon, job_id=job_id, error=JOBS.died(1)))
        chance.shuffle(moves)
        at_once(desk, *moves)
        check_one_end(desk, job_id)
        with writing(desk.engine) as session:
            last = JOBS.claim(session, job_id, "d", 100)
        if last is not None:
            with writing(desk.engine) as session:
                recording.succeed(session, last, OUTCOME)
        assert desk.status(job_id) in TERMINAL
        check_one_end(desk, job_id)
