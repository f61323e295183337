"""Agents with real children: what a client can rely on while nothing dies."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from service.database.session import reading
from service.queue import agents
from tests.service.worker.agents import Agent, until
from tests.service.worker.desk import ENDLESS, LONG, Desk

pytestmark = pytest.mark.slow

Start = Callable[..., Agent]
SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


def test_a_job_is_trained_to_its_end(start: Start, desk: Desk) -> None:
    start()
    job_id = desk.submit(epochs=30)
    job = desk.ended(job_id)
    desk.check_done_once(job_id)
    assert desk.events(job_id) == ["queued", "started", "succeeded"]
    assert (job.attempt, job.epoch) == (1, 30)
    assert job.trace_layers == ["dense", "dense_1"]
    assert job.result is not None
    assert set(job.result) == {"stop_reason", "metrics", "verdict", "parameters", "weights_digest"}
    assert job.result["stop_reason"] == "completed"
    assert job.result["parameters"] == {"total": 17, "trainable": 17, "non_trainable": 0}
    assert set(job.result["metrics"]) == {"train", "test"}
    assert job.diagnosis is not None
    assert job.result["verdict"] == job.diagnosis["verdict"]
    assert job.receipt is not None
    assert job.receipt["timings"]["queue"] > 0
    assert job.receipt["timings"]["train"] > 0


def test_a_running_job_is_cancelled(start: Start, desk: Desk) -> None:
    start()
    job_id = desk.submit(epochs=ENDLESS)
    desk.trains(job_id)
    desk.cancel(job_id)
    desk.ended(job_id)
    assert desk.status(job_id) == "cancelled"
    assert desk.events(job_id) == ["queued", "started", "cancelled"]
    following = desk.submit(epochs=5)  # the slot has a new child
    desk.ended(following)
    desk.check_done_once(following)


@SQLITE
def test_a_waiting_job_that_was_cancelled_is_never_started(start: Start, desk: Desk) -> None:
    cancelled, following = desk.submit(epochs=5), desk.submit(epochs=5)
    desk.cancel(cancelled)
    start()
    desk.ended(following)
    assert desk.events(cancelled) == ["queued", "cancelled"]
    assert desk.job(cancelled).attempt == 0


@SQLITE
def test_a_training_that_takes_too_long_has_failed_though_its_process_hangs(start: Start, desk: Desk) -> None:
    agent = start(job_timeout=1)
    job_id = desk.submit(epochs=ENDLESS)
    until(lambda: desk.status(job_id) == "running")
    for child in agent.children():
        child.suspend()  # it says nothing any more, and hears nothing
    job = desk.ended(job_id)
    assert job.status == "failed"
    assert job.error is not None
    assert job.error["type"] == "timeout"
    assert job.attempt == 1
    assert desk.events(job_id) == ["queued", "started", "failed"]


@SQLITE
def test_two_slots_train_at_the_same_time(start: Start, desk: Desk) -> None:
    start(slots=2)
    first, second = desk.submit(epochs=ENDLESS), desk.submit(epochs=ENDLESS)
    third = desk.submit(epochs=5)
    until(lambda: desk.job(first).epoch > 0 and desk.job(second).epoch > 0)
    assert desk.status(first) == desk.status(second) == "running"
    assert desk.status(third) == "queued"
    desk.cancel(first)
    desk.ended(third)
    assert desk.status(second) == "running"
    desk.cancel(second)
    desk.ended(second)


@SQLITE
def test_equal_specs_end_with_equal_weights_in_any_process_and_beside_any_other(start: Start, desk: Desk) -> None:
    start(slots=2)
    together = [desk.submit(epochs=300), desk.submit(epochs=300)]
    until(lambda: all(desk.job(job_id).epoch > 0 for job_id in together))
    for job_id in together:
        desk.ended(job_id)
    alone, other = desk.submit(epochs=300), desk.submit(epochs=300, seed=2)
    desk.ended(alone)
    desk.ended(other)
    for job_id in together:
        desk.check_equal(alone, job_id)
    first, second = desk.job(alone).result, desk.job(other).result
    assert first is not None
    assert second is not None
    assert first["weights_digest"] != second["weights_digest"]


def test_an_agent_that_is_told_to_end_hands_its_job_back_and_the_next_one_goes_on(
    start: Start, desk: Desk, engine: Engine
) -> None:
    agent = start(max_attempts=1, checkpoint_seconds=0)
    job_id = desk.submit(epochs=LONG)
    until(lambda: len(desk.checkpoints(job_id)) == 2)
    children = agent.children()
    asked = time.monotonic()
    agent.process.terminate()
    until(lambda: desk.status(job_id) == "queued")
    assert time.monotonic() - asked < 2
    assert agent.process.wait(timeout=20) == 0
    assert not any(child.is_running() for child in children)
    with reading(engine) as session:
        assert agents.alive(session) == []
    older, newest = desk.checkpoints(job_id)
    assert desk.job(job_id).epoch == newest
    desk.damage(job_id, newest)
    start(max_attempts=1)  # one attempt is enough: that which was handed back is not lost
    undisturbed = desk.submit(epochs=LONG)
    for each in (job_id, undisturbed):
        desk.ended(each)
        desk.check_done_once(each)
    assert desk.events(job_id) == ["queued", "started", "queued", "started", "succeeded"]
    first, second = desk.progress(job_id)
    assert second[0] == older + first[0]  # the first chunk in a new process is always as long
    desk.check_equal(undisturbed, job_id)


@SQLITE
def test_it_ends_while_it_is_still_starting(start: Start) -> None:
    importing = start()
    until(importing.hears)
    assert importing.end() == 0
    warming = start()
    until(lambda: len(warming.children()) == 1)
    assert warming.end() == 0


def test_a_child_that_has_grown_is_replaced_between_jobs(start: Start, desk: Desk) -> None:
    agent = start(child_memory=1)
    desk.ended(desk.submit(epochs=5))
    first = {child.pid for child in agent.children()}
    job_id = desk.submit(epochs=5)
    desk.ended(job_id)
    desk.check_done_once(job_id)
    until(lambda: agent.children() and not first & {child.pid for child in agent.children()})
