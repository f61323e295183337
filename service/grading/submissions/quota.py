"""Limits how often an author may submit. Failures of ours, cancelled submissions and repetitions cost nothing."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.database.grading import SubmissionRow
from service.database.submission_states import COUNTED, LIVE
from service.errors import QuotaExceeded
from service.grading.rubric.policies import Quota

DAY = timedelta(days=1)
SOON = 2  # seconds in which a grading may have ended


def check_quota(session: Session, assignment_id: str, author: str, quota: Quota, now: datetime) -> None:
    """Make sure that an author may submit once more, in the transaction that stores the submission.

    A day is the last 24 hours, so that nobody has two days' tries around midnight.

    Raises:
        QuotaExceeded: too many are being graded, or there were too many within a day.
    """
    own = (SubmissionRow.assignment_id == assignment_id, SubmissionRow.author == author)
    live = session.scalar(select(func.count()).where(*own, SubmissionRow.status.in_(LIVE))) or 0
    if live >= quota.concurrent:
        detail = f"{live} of your submissions are being graded; {quota.concurrent} may be at a time."
        raise QuotaExceeded(detail, "concurrent", 0, retry_after=SOON)
    if quota.submissions_per_day is None:
        return
    ours = func.coalesce(SubmissionRow.grade["failed_by_us"].as_boolean(), False)
    times = session.scalars(
        select(SubmissionRow.created_at)
        .where(*own, SubmissionRow.status.in_(COUNTED), SubmissionRow.created_at > now - DAY, ~ours)
        .order_by(SubmissionRow.created_at.desc())
        .limit(quota.submissions_per_day)
    ).all()
    if len(times) == quota.submissions_per_day:  # the oldest of them must be a day old
        wait = (times[-1] + DAY - now).total_seconds()
        detail = f"You have submitted {len(times)} times within a day; {quota.submissions_per_day} are possible."
        raise QuotaExceeded(detail, "submissions_per_day", 0, retry_after=max(1, math.ceil(wait)))
