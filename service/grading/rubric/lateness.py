"""Computes how late a submission is, and what share of the points that costs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from service.grading.rubric.policies import CutOff, Deduction, Grace, NoPenalty

if TYPE_CHECKING:
    from service.grading.rubric.assignment import Assignment

DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Lateness:
    """How late a submission is.

    Attributes:
        seconds: after the due date; 0 for one in time.
        deducted: the share of the greatest score that is taken off.
        accepted: whether it is taken at all.
    """

    seconds: float = 0.0
    deducted: float = 0.0
    accepted: bool = True

    @property
    def late(self) -> bool:
        """Whether it came after it was due."""
        return self.seconds > 0


IN_TIME: Final = Lateness()


def lateness(assignment: Assignment, at: datetime) -> Lateness:
    """How late a submission made at this moment is.

    A submission at the due date itself is in time.
    """
    if assignment.due_at is None or at <= assignment.due_at:
        return IN_TIME
    over = at - assignment.due_at
    seconds = over.total_seconds()
    match assignment.lateness_policy:
        case NoPenalty():
            return Lateness(seconds)
        case CutOff():
            return Lateness(seconds, accepted=False)
        case Grace(minutes=minutes):
            return Lateness(seconds, accepted=over <= timedelta(minutes=minutes))
        case Deduction() as policy:
            days = math.ceil((over - timedelta(minutes=policy.grace_minutes)) / DAY)
            accepted = policy.days is None or days <= policy.days
            return Lateness(seconds, min(policy.most, max(0, days) * policy.per_day), accepted)
