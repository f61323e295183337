"""The database's triggers and ``service/database/submission_states.py`` say the same, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from service.database.grading import AssignmentRow, GradingRow, SecretRow, SubmissionRow
from service.database.session import reading, writing
from service.database.submission_states import LIVE, SubmissionStatus, may_become
from tests.migrations.test_transitions import changes, engine

__all__ = ["engine"]

THEN, NOW = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
SHARED: dict[str, Any] = {"owner": "someone", "assignment_id": "asg", "created_at": THEN, "finished_at": THEN}
MEMBERS: dict[type[Any], dict[str, Any]] = {
    SubmissionRow: SHARED | {"author": "ana", "spec": {}, "answers": {}, "digest": "d", "version": 1},
    GradingRow: SHARED | {"rules": "r", "seeds": [1, 2], "wanted": 1, "grade": {"score": 1}, "score": 1.0},
}
BOTH = pytest.mark.parametrize("table", list(MEMBERS))


@pytest.fixture(autouse=True)
def assignment(engine: Engine) -> None:
    """What rows belong to."""
    with writing(engine) as session:
        members = {"title": "t", "content": {}, "rules": "r", "revision": 1}
        session.merge(AssignmentRow(id="asg", owner="someone", created_at=THEN, **members))


def stored(engine: Engine, table: type[Any], name: str, status: SubmissionStatus) -> None:
    with writing(engine) as session:
        session.execute(insert(table).values(id=name, status=status, **MEMBERS[table]))


@BOTH
def test_a_status_follows_another_just_where_the_states_say_so(engine: Engine, table: type[Any]) -> None:
    for before, after in product(SubmissionStatus, repeat=2):
        name = f"{before}-{after}"
        stored(engine, table, name, before)
        assert changes(engine, table, name, status=after) == (before == after or may_become(before, after)), name


@pytest.mark.parametrize("values", [{"author": "leo"}, {"created_at": NOW}, {"digest": "x"}, {"owner": "x"}])
def test_whose_a_submission_is_never_changes(engine: Engine, values: dict[str, Any]) -> None:
    for status in SubmissionStatus:
        name = f"{status} {next(iter(values))}"
        stored(engine, SubmissionRow, name, status)
        assert not changes(engine, SubmissionRow, name, **values), name
        assert changes(engine, SubmissionRow, name, grade={"score": 2}, version=2), name  # regraded


@pytest.mark.parametrize("values", [{"grade": {"score": 2}}, {"score": 2.0}, {"wanted": 2}, {"finished_at": NOW}])
def test_a_grade_that_was_given_is_never_another(engine: Engine, values: dict[str, Any]) -> None:
    for status in SubmissionStatus:
        name = f"grading {status} {next(iter(values))}"
        stored(engine, GradingRow, name, status)
        assert changes(engine, GradingRow, name, **values) == (status in LIVE), name


def test_there_is_a_secret(engine: Engine) -> None:
    with reading(engine) as session:
        assert [len(value) for value in session.scalars(select(SecretRow.value))] == [32]
