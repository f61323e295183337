"""The database's triggers and ``service/database/job_states.py`` say the same, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.database.job_states import LIVE, JobStatus, may_become
from service.database.session import create_engine, reading, writing
from service.database.tables import JobRow, PreflightRow
from tests.databases import KINDS, Sqlite

THEN, NOW = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
SHARED: dict[str, Any] = {"owner": "someone", "spec": {}, "spec_hash": "", "version": 1, "created_at": THEN}
MEMBERS: dict[type[Any], dict[str, Any]] = {
    JobRow: SHARED | {"cancel_requested": False, "epoch": 0, "epochs": 1},
    PreflightRow: SHARED | {"single_batch": False, "rules": "1", "handed_back": 0},
}
BOTH = pytest.mark.parametrize("table", list(MEMBERS))


@pytest.fixture(scope="module", params=KINDS)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sqlite_template: Sqlite
) -> Iterator[Engine]:
    """A database of each kind, for all tests of this module."""
    if request.param == "sqlite":
        made = create_engine(sqlite_template.copy(tmp_path_factory.mktemp("transitions") / "clinic.db"))
        yield made
        made.dispose()
        return
    server = request.getfixturevalue("postgres_server")
    address = server.lend()
    made = create_engine(address)
    yield made
    made.dispose()
    server.take_back(address)


def statuses(table: type[Any]) -> list[JobStatus]:
    """Those that a row of the table may have."""
    return [status for status in JobStatus if table is JobRow or status != JobStatus.CANCELLED]


def stored(engine: Engine, table: type[Any], name: str, status: JobStatus) -> None:
    """A row that has come to this status, however."""
    with writing(engine) as session:
        session.execute(insert(table).values(id=name, status=status, attempt=1, finished_at=THEN, **MEMBERS[table]))


def changes(engine: Engine, table: type[Any], name: str, **values: Any) -> bool:
    """Whether the database lets a row take these values; where it does not, the row is as before."""
    with reading(engine) as session:
        before = session.execute(select(table.__table__).where(table.id == name)).one()
    try:
        with writing(engine) as session:
            session.execute(update(table).where(table.id == name).values(**values))
    except IntegrityError:
        with reading(engine) as session:
            assert session.execute(select(table.__table__).where(table.id == name)).one() == before
        return False
    return True


@BOTH
def test_a_status_follows_another_just_where_the_states_say_so(engine: Engine, table: type[Any]) -> None:
    for before, after in product(statuses(table), repeat=2):
        name = f"{before}-{after}"
        stored(engine, table, name, before)
        told = changes(engine, table, name, status=after)
        assert told == (before == after or may_become(before, after)), name


@BOTH
@pytest.mark.parametrize("values", [{"attempt": 2}, {"agent_id": "zombie"}, {"started_at": NOW}, {"finished_at": NOW}])
def test_how_something_ended_is_never_changed(engine: Engine, table: type[Any], values: dict[str, Any]) -> None:
    for status in statuses(table):
        name = f"{status} {next(iter(values))}"
        stored(engine, table, name, status)
        assert changes(engine, table, name, **values) == (status in LIVE), name
        assert changes(engine, table, name, result={"verdict": "healthy"}, version=2), name  # judged anew
