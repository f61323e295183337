"""Everything of DBOS that is used though it is not published: an upgrade that changes it fails here, by name."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from dbos import DBOSClient, Queue, error
from dbos._core import execute_dequeued_workflow
from dbos._queue import _INTERNAL_QUEUE_CONSTRUCTION
from dbos._sys_db import SystemDatabase, WorkflowStatusString
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

import service
from service.queue import dbos_internals, workflows
from service.queue.executor import Executor

CALLS: dict[str, tuple[Any, tuple[Any, ...], dict[str, Any]]] = {
    "execute_dequeued_workflow": (execute_dequeued_workflow, ("dbos", "status", "claim"), {}),
    "get_queue_partitions": (SystemDatabase.get_queue_partitions, ("self", "queue"), {}),
    "start_queued_workflows": (
        SystemDatabase.start_queued_workflows,
        ("self", "queue", "executor", "version", "owner"),
        {"owner_xid": "claim", "is_latest_version": False},
    ),
    "get_workflow_statuses": (SystemDatabase.get_workflow_statuses, ("self", ["workflow"]), {}),
    "reenqueue_for_recovery": (
        SystemDatabase.reenqueue_for_recovery,
        ("self", "workflow", ["executor"], "queue"),
        {},
    ),
    "is_lock_conflict": (SystemDatabase.is_lock_conflict, ("self", "error"), {}),
    "is_serialization_conflict": (SystemDatabase.is_serialization_conflict, ("self", "error"), {}),
    "Queue": (
        Queue,
        ("queue",),
        {"worker_concurrency": 1, "partition_concurrency": 2, "token": _INTERNAL_QUEUE_CONSTRUCTION},
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_takes_what_it_is_given(name: str) -> None:
    call, arguments, options = CALLS[name]
    inspect.signature(call).bind(*arguments, **options)


def test_a_queue_can_be_made_with_the_token_alone() -> None:
    made = Queue("queue", worker_concurrency=1, partition_concurrency=2, token=_INTERNAL_QUEUE_CONSTRUCTION)
    assert made.name == "queue"
    with pytest.raises(error.DBOSException, match="register_queue"):
        Queue("queue")


def test_a_client_has_a_system_database(engine: Engine) -> None:
    client = workflows.client(engine)
    assert isinstance(client, DBOSClient)
    database = client._sys_db
    assert isinstance(database, SystemDatabase)
    assert database.get_queue_partitions("nothing") == []
    assert database.get_workflow_statuses(["nothing"]) == []
    assert not database.reenqueue_for_recovery("nothing", ["nobody"], "nothing")
    failure = DBAPIError("SELECT 1", {}, Exception())
    assert not database.is_lock_conflict(failure)
    assert not database.is_serialization_conflict(failure)


def test_what_is_active_in_a_process_can_be_listed(executor: Executor) -> None:
    assert executor._queued._dbos._active_workflows_set.activeList() == []


@pytest.mark.parametrize("table", dbos_internals.COLUMNS)
def test_a_table_has_the_columns_that_are_used(engine: Engine, table: str) -> None:
    schema = dbos_internals.SCHEMA if engine.dialect.name == "postgresql" else None
    found = {column["name"] for column in sqlalchemy.inspect(engine).get_columns(table, schema)}
    assert set(dbos_internals.COLUMNS[table]) <= found


def test_the_statuses_are_those_of_dbos() -> None:
    known = {status.value for status in WorkflowStatusString}
    used = {*dbos_internals.LIVE, dbos_internals.CANCELLED, dbos_internals.GIVEN_UP}
    assert used <= known


def test_no_other_file_uses_what_is_not_published() -> None:
    assert service.__file__ is not None
    private = re.compile(r"dbos\._|\._sys_db\b|_active_workflows_set|workflow_(status|input|output)\b")
    files = [path for path in Path(service.__file__).parent.rglob("*.py") if private.search(path.read_text())]
    assert [path.name for path in files] == ["dbos_internals.py"]
