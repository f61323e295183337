"""A database that takes no writes, because it is full or read-only: the API says so, and goes on when it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InternalError

from service.database.outages import is_outage
from tests.databases import read_only_server
from tests.service.jobs.specs import document

pytestmark = pytest.mark.anyio

Faulty = Callable[[Engine], AbstractContextManager[None]]


@contextmanager
def pragma(engine: Engine, statement: str) -> Iterator[None]:
    """SQLite connections with a setting."""

    def prepare(connection: DBAPIConnection, _record: object) -> None:
        connection.cursor().execute(statement)

    engine.dispose()
    event.listen(engine, "connect", prepare)
    yield
    event.remove(engine, "connect", prepare)
    engine.dispose()


@contextmanager
def full(engine: Engine) -> Iterator[None]:
    """A SQLite database that may not grow by a page."""
    with engine.connect() as connection:
        pages = connection.scalar(text("PRAGMA page_count"))
    with pragma(engine, f"PRAGMA max_page_count = {pages}"):
        yield


@contextmanager
def read_only_file(engine: Engine) -> Iterator[None]:
    """A SQLite database that nobody may write to."""
    with pragma(engine, "PRAGMA query_only = ON"):
        yield


FAULTS = [("sqlite", full), ("sqlite", read_only_file), ("postgresql", read_only_server)]


@pytest.mark.parametrize(("url", "fault"), FAULTS, indirect=["url"])
async def test_writes_are_unavailable_until_it_is_over_and_reads_are_answered(
    app: FastAPI, client: httpx.AsyncClient, fault: Faulty
) -> None:
    job = (await client.post("/api/v1/jobs", json=document())).json()
    with fault(app.state.engine):
        for _ in range(100):  # there may be room for some jobs in the last page
            refused = await client.post("/api/v1/jobs", json=document())
            if refused.status_code != 202:
                break
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) > 0
        assert refused.json()["type"].endswith("database_unreachable")
        assert (await client.get(f"/api/v1/jobs/{job['id']}")).status_code == 200
    assert (await client.post("/api/v1/jobs", json=document())).status_code == 202


def test_an_error_inside_the_database_is_no_outage() -> None:
    class Broken(Exception):
        sqlstate = "XX000"

    assert not is_outage(InternalError("INSERT …", {}, Broken()))
