"""The port over DBOS: what enqueues."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from models.specs.check import parse
from service.database.session import reading, writing
from service.jobs import operations
from service.queue import workflows
from service.queue.limits import QueueLimits
from service.worker.attempts import JOBS
from service.worker.recovery import reconcile
from tests.service.worker.desk import Desk, document


def status(engine: Engine, job_id: str) -> str | None:
    """DBOS's status of a job's workflow."""
    table = "dbos.workflow_status" if engine.dialect.name == "postgresql" else "workflow_status"
    with reading(engine) as session:
        query = text(f"SELECT status FROM {table} WHERE workflow_uuid = :id")
        found: str | None = session.scalar(query, {"id": job_id})
        return found


def spoil(engine: Engine, job_id: str, end: str) -> None:
    """Let a job's workflow have ended though the job has not."""
    table = "dbos.workflow_status" if engine.dialect.name == "postgresql" else "workflow_status"
    with writing(engine) as session:
        query = text(f"UPDATE {table} SET status = :end, queue_name = NULL, completed_at = 1 WHERE workflow_uuid = :id")
        session.execute(query, {"end": end, "id": job_id})


def test_a_job_and_its_workflow_are_one_commit(engine: Engine, desk: Desk) -> None:
    job_id = desk.submit()
    assert status(engine, job_id) == "ENQUEUED"
    with writing(engine) as session:
        workflows.enqueue(session, "job_lost", "someone")
        session.rollback()
    assert status(engine, "job_lost") is None


def test_a_job_enqueued_anew_keeps_its_priority(engine: Engine, desk: Desk) -> None:
    with writing(engine) as session:
        [row] = operations.submit_all(session, "someone", [parse(document())], QueueLimits(9), workflows.BATCH)
    spoil(engine, row.id, "SUCCESS")
    reconcile(engine)
    table = "dbos.workflow_status" if engine.dialect.name == "postgresql" else "workflow_status"
    with reading(engine) as session:
        query = text(f"SELECT status, priority FROM {table} WHERE workflow_uuid = :id")
        assert session.execute(query, {"id": row.id}).one() == ("ENQUEUED", workflows.BATCH)


def test_enqueuing_twice_is_enqueuing_once(engine: Engine, desk: Desk) -> None:
    job_id = desk.submit()
    with writing(engine) as session:
        workflows.enqueue(session, job_id, "someone")
    assert status(engine, job_id) == "ENQUEUED"


def test_no_pickle_travels_through_it(engine: Engine, desk: Desk) -> None:
    job_id = desk.submit()
    table = "dbos.workflow_input" if engine.dialect.name == "postgresql" else "workflow_input"
    with reading(engine) as session:
        inputs = session.scalar(text(f"SELECT inputs FROM {table} WHERE workflow_uuid = :id"), {"id": job_id})
    assert isinstance(inputs, str)
    assert inputs.startswith("{")
    assert job_id in inputs


def test_a_cancelled_job_leaves_the_queue(engine: Engine, desk: Desk) -> None:
    job_id = desk.submit()
    desk.cancel(job_id)
    assert status(engine, job_id) == "CANCELLED"
    with reading(engine) as session:
        assert workflows.unserved(session) == {}


def test_preparing_again_changes_nothing(engine: Engine, desk: Desk) -> None:
    job_id = desk.submit()
    workflows.prepare(engine)
    assert status(engine, job_id) == "ENQUEUED"


def test_pruning_removes_what_has_ended_long_ago(engine: Engine, desk: Desk) -> None:
    ended, waiting = desk.submit(), desk.submit()
    spoil(engine, ended, "SUCCESS")
    with writing(engine) as session:
        assert workflows.prune(session, timedelta(days=365_0)) == 1
        assert workflows.prune(session, timedelta(days=365_0)) == 0
    assert status(engine, ended) is None
    assert status(engine, waiting) == "ENQUEUED"


class TestReconciliation:
    @pytest.mark.parametrize("end", ["ERROR", "SUCCESS", "CANCELLED"])
    def test_a_live_job_whose_workflow_has_ended_is_enqueued_again(self, engine: Engine, desk: Desk, end: str) -> None:
        waiting, running = desk.submit(), desk.submit()
        with writing(engine) as session:
            JOBS.claim(session, running, "a", 3)
        for job_id in (waiting, running):
            spoil(engine, job_id, end)
        reconcile(engine)
        assert status(engine, waiting) == status(engine, running) == "ENQUEUED"

    def test_a_job_without_a_workflow_gets_one(self, engine: Engine, desk: Desk) -> None:
        job_id = desk.submit()
        spoil(engine, job_id, "SUCCESS")
        with writing(engine) as session:
            workflows.prune(session, timedelta(0))
        assert status(engine, job_id) is None
        reconcile(engine)
        assert status(engine, job_id) == "ENQUEUED"

    def test_a_job_that_dbos_has_given_up_has_failed(self, engine: Engine, desk: Desk) -> None:
        job_id = desk.submit()
        spoil(engine, job_id, workflows.GIVEN_UP)
        reconcile(engine)
        job = desk.job(job_id)
        assert job.status == "failed"
        assert job.error is not None
        assert job.error["type"] == "lost"
        assert desk.events(job_id) == ["queued", "failed"]

    def test_it_leaves_alone_what_agrees(self, engine: Engine, desk: Desk) -> None:
        waiting, ended = desk.submit(), desk.submit()
        desk.cancel(ended)
        versions = {job_id: desk.job(job_id).version for job_id in (waiting, ended)}
        reconcile(engine)
        assert {job_id: desk.job(job_id).version for job_id in (waiting, ended)} == versions
        assert status(engine, waiting) == "ENQUEUED"

    def test_an_ended_job_is_not_enqueued_again(self, engine: Engine, desk: Desk) -> None:
        job_id = desk.submit()
        desk.cancel(job_id)
        spoil(engine, job_id, "ERROR")
        reconcile(engine)
        assert status(engine, job_id) == "ERROR"


@pytest.mark.slow
def test_importing_the_port_does_not_import_the_engine() -> None:
    script = "import sys, service.queue.workflows; sys.exit('dbos' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
