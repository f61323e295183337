"""Checkpoints as rows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.events import Array, Checkpoint, Epochs, Started, Surface, TraceBlock
from models.record import Record
from service.database.session import reading, writing
from service.database.tables import EventRow, JobRow, SurfaceRow, TraceRow
from service.jobs import recorded
from service.worker import checkpoints, recording
from service.worker.attempts import JOBS
from service.worker.interruptions import LostClaim
from service.worker.recording import Recorded
from tests.service.worker.claims import OUTCOME, chunk, claim, record
from tests.service.worker.desk import Desk

STARTED = Started(epochs=9, train_rows=1, test_rows=1, layers=["dense"], metrics=["loss"])
UNTRAINED = Epochs(
    first=1,
    count=0,
    history={},
    trace=TraceBlock(epoch=[0], quantities={"gradient_norm": Array.of(np.ones((1, 1), np.float32))}, overall={}),
)


def surface(epoch: int) -> Surface:
    """A surface of nothing."""
    return Surface(epoch=epoch, x=Array.of(np.zeros(2)), y=Array.of(np.zeros(2)), output=Array.of(np.zeros(4)))


def checkpoint(epoch: int) -> Checkpoint:
    """A checkpoint that no child has made."""
    return Checkpoint.of(epoch, b"after epoch %d" % epoch)


SAID: list[Recorded] = [
    *(STARTED, UNTRAINED, surface(0)),
    *(chunk(1, [0.9, np.nan]), surface(2), checkpoint(2)),
    *(chunk(3, [0.7]), checkpoint(3)),
    *(chunk(4, [0.6, 0.5]), surface(5), checkpoint(5)),
    *(chunk(6, [0.4]), surface(6)),
]


def begun(desk: Desk) -> str:
    """A job whose first attempt has died after six epochs."""
    job_id = desk.submit(epochs=9)
    record(desk, claim(desk, job_id), *SAID)
    return job_id


def stored(desk: Desk, job_id: str) -> tuple[list[int], list[int], list[int]]:
    """The epochs of its history, of its trace's pieces, and of its surfaces."""
    with reading(desk.engine) as session:
        traces = session.scalars(select(TraceRow.first_epoch).where(TraceRow.job_id == job_id)).all()
        surfaces = session.scalars(select(SurfaceRow.epoch).where(SurfaceRow.job_id == job_id)).all()
    return desk.epochs(job_id).get("loss", []), sorted(traces), sorted(surfaces)


def test_the_last_two_are_kept(desk: Desk) -> None:
    assert desk.checkpoints(begun(desk)) == [3, 5]


def test_one_that_is_stored_again_is_there_once(desk: Desk) -> None:
    job_id = desk.submit()
    claimed = claim(desk, job_id)
    record(desk, claimed, checkpoint(1), checkpoint(1), checkpoint(2), checkpoint(1), checkpoint(2))
    assert desk.checkpoints(job_id) == [1, 2]


def test_the_next_attempt_goes_on_from_the_newest(desk: Desk) -> None:
    job_id = begun(desk)
    claimed = claim(desk, job_id, "b")
    assert (claimed.epoch, claimed.lost) == (5, 1)
    assert (desk.job(job_id).epoch, desk.job(job_id).trace_layers) == (5, ["dense"])
    assert stored(desk, job_id) == ([1, 2, 3, 4, 5], [0, 1, 3, 4], [0, 2, 5])
    with reading(desk.engine) as session:
        assert checkpoints.load(session, job_id, 5) == checkpoint(5)
        before = recorded.record(session, job_id)
    record(desk, claimed, STARTED.model_copy(update={"epoch": 5}), chunk(6, [0.4]), surface(6))
    assert stored(desk, job_id) == ([1, 2, 3, 4, 5, 6], [0, 1, 3, 4, 6], [0, 2, 5, 6])
    assert desk.checkpoints(job_id) == [3, 5]
    whole = Record(before.spec)
    for event in SAID[:-2]:
        whole.add(event)
    np.testing.assert_array_equal(before.history["loss"], whole.history["loss"])
    np.testing.assert_array_equal(before.trace.epoch, whole.trace.epoch)
    assert before.trace.layers == whole.trace.layers
    for name, values in whole.trace.quantities.items():
        np.testing.assert_array_equal(before.trace.quantities[name], values)


def test_where_the_newest_is_damaged_from_the_one_before(desk: Desk) -> None:
    job_id = begun(desk)
    desk.damage(job_id, 5)
    assert claim(desk, job_id, "b").epoch == 3
    assert desk.checkpoints(job_id) == [3]
    assert stored(desk, job_id) == ([1, 2, 3], [0, 1, 3], [0, 2])
    assert desk.job(job_id).epoch == 3


def test_where_all_are_damaged_from_the_start(desk: Desk) -> None:
    job_id = begun(desk)
    desk.damage(job_id, 3, 5)
    claimed = claim(desk, job_id, "b")
    assert (claimed.epoch, desk.job(job_id).epoch) == (0, 0)
    assert desk.checkpoints(job_id) == []
    assert stored(desk, job_id) == ([], [], [])


def test_where_the_child_cannot_use_it_from_the_start(desk: Desk) -> None:
    job_id = begun(desk)
    claimed = claim(desk, job_id, "b")
    record(desk, claimed, STARTED, UNTRAINED, chunk(1, [0.9]), checkpoint(1))
    assert desk.checkpoints(job_id) == [1]
    assert stored(desk, job_id) == ([1], [0, 1], [])
    assert desk.job(job_id).epoch == 1


def test_what_happened_stays_among_the_events(desk: Desk) -> None:
    job_id = begun(desk)
    query = select(EventRow.id).where(EventRow.job_id == job_id).order_by(EventRow.id)
    with reading(desk.engine) as session:
        before = session.scalars(query).all()
    claim(desk, job_id, "b")
    with reading(desk.engine) as session:
        after = session.scalars(query).all()
    assert after[: len(before)] == before
    assert len(after) == len(before) + 1


def test_a_job_that_is_handed_back_shows_what_is_kept(desk: Desk) -> None:
    job_id = desk.submit(epochs=9)
    claimed = claim(desk, job_id)
    record(desk, claimed, *SAID)
    assert desk.job(job_id).epoch == 6
    with writing(desk.engine) as session:
        JOBS.hand_back(session, claimed)
    assert (desk.status(job_id), desk.job(job_id).epoch, desk.checkpoints(job_id)) == ("queued", 5, [3, 5])
    desk.cancel(job_id)
    assert desk.checkpoints(job_id) == []


def test_an_attempt_that_was_replaced_stores_none(desk: Desk) -> None:
    job_id = desk.submit()
    zombie = claim(desk, job_id)
    claim(desk, job_id, "b")
    events: list[Recorded] = [checkpoint(4), STARTED]
    for event in events:
        with pytest.raises(LostClaim):
            record(desk, zombie, event)
    assert desk.checkpoints(job_id) == []


@pytest.mark.parametrize("end", ["succeed", "fail", "cancel", "abandon", "give up"])
def test_a_job_that_has_ended_has_none(desk: Desk, end: str) -> None:
    job_id, other = begun(desk), begun(desk)
    claimed = claim(desk, job_id, "b")
    ends: dict[str, Callable[[Session], object]] = {
        "succeed": partial(recording.succeed, claimed=claimed, outcome=OUTCOME),
        "fail": partial(JOBS.fail, claimed=claimed, error=JOBS.died(1)),
        "cancel": partial(JOBS.cancel, claimed=claimed),
        "abandon": partial(JOBS.abandon, job_id=job_id, error=JOBS.died(1)),
        "give up": partial(JOBS.claim, job_id=job_id, agent_id="c", max_attempts=2),
    }
    with writing(desk.engine) as session:
        ends[end](session)
    assert desk.status(job_id) in {"succeeded", "failed", "cancelled"}
    assert (desk.checkpoints(job_id), desk.checkpoints(other)) == ([], [3, 5])


def test_a_job_that_is_deleted_has_none(desk: Desk) -> None:
    job_id = begun(desk)
    with writing(desk.engine) as session:
        session.execute(delete(JobRow).where(JobRow.id == job_id))
    assert desk.checkpoints(job_id) == []
