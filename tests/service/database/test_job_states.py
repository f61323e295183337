"""The states of a job are one graph with a way out of every live state."""

from __future__ import annotations

import pytest
from sqlalchemy import CheckConstraint

from service.database.job_states import LIVE, TERMINAL, TRANSITIONS, JobStatus, before, may_become
from service.database.tables import JobRow


def test_every_status_has_its_transitions_and_is_allowed_by_the_table() -> None:
    assert set(TRANSITIONS) == set(JobStatus)
    (check,) = [item for item in JobRow.__table_args__ if isinstance(item, CheckConstraint)]
    assert all(f"'{status}'" in str(check.sqltext) for status in JobStatus)


def test_terminal_and_live_divide_them() -> None:
    assert set(JobStatus) == TERMINAL | LIVE
    assert not TERMINAL & LIVE
    assert {JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED} == TERMINAL


@pytest.mark.parametrize("status", sorted(LIVE))
def test_every_live_job_can_fail_and_be_cancelled(status: JobStatus) -> None:
    assert may_become(status, JobStatus.FAILED)
    assert may_become(status, JobStatus.CANCELLED)


def test_before_is_the_inverse_of_the_transitions() -> None:
    for after in JobStatus:
        assert {status for status, following in TRANSITIONS.items() if after in following} == set(before(after))


def test_only_a_running_job_can_succeed() -> None:
    assert before(JobStatus.SUCCEEDED) == [JobStatus.RUNNING]
