"""What it costs to be late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.grading.rubric.lateness import IN_TIME, lateness
from tests.service.grading.rubric.documents import assignment

DUE = datetime(2026, 12, 1, 12, tzinfo=UTC)
DAY = 24 * 60


@pytest.mark.parametrize(
    ("late", "minutes", "deducted", "accepted"),
    [
        (None, 1, 0, True),
        ({"type": "none"}, 99 * DAY, 0, True),
        ({"type": "cut_off"}, 1, 0, False),
        ({"type": "grace", "minutes": 10}, 10, 0, True),
        ({"type": "grace", "minutes": 10}, 11, 0, False),
        ({"type": "deduct", "per_day": 0.1}, 1, 0.1, True),
        ({"type": "deduct", "per_day": 0.1}, DAY, 0.1, True),
        ({"type": "deduct", "per_day": 0.1}, DAY + 1, 0.2, True),
        ({"type": "deduct", "per_day": 0.1, "most": 0.5}, 9 * DAY, 0.5, True),
        ({"type": "deduct", "per_day": 0.1, "grace_minutes": 30}, 30, 0, True),
        ({"type": "deduct", "per_day": 0.1, "grace_minutes": 30}, 31, 0.1, True),
        ({"type": "deduct", "per_day": 0.1, "days": 2}, 2 * DAY, 0.2, True),
        ({"type": "deduct", "per_day": 0.1, "days": 2}, 2 * DAY + 1, 0.3, False),
    ],
)
def test_after_the_due_date(late: dict[str, Any] | None, minutes: int, deducted: float, accepted: bool) -> None:
    found = lateness(assignment(due_at=DUE.isoformat(), late=late), DUE + timedelta(minutes=minutes))
    assert found.late is True
    assert found.seconds == minutes * 60
    assert found.deducted == pytest.approx(deducted)
    assert found.accepted is accepted


@given(st.timedeltas(timedelta(), timedelta(days=400)))
def test_until_then_nothing_is_late(before: timedelta) -> None:
    late = {"type": "deduct", "per_day": 1.0}
    assert lateness(assignment(due_at=DUE.isoformat(), late=late), DUE - before) == IN_TIME
    assert lateness(assignment(late=late), DUE + before) == IN_TIME


@given(st.timedeltas(timedelta(), timedelta(days=400)), st.timedeltas(timedelta(), timedelta(days=400)))
def test_later_never_costs_less(one: timedelta, more: timedelta) -> None:
    made = assignment(due_at=DUE.isoformat(), late={"type": "deduct", "per_day": 0.07, "most": 0.9})
    earlier, later = lateness(made, DUE + one), lateness(made, DUE + one + more)
    assert 0 <= earlier.deducted <= later.deducted <= 0.9
