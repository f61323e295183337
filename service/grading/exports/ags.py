"""Writes a grade as a score of LTI's Assignment and Grade Services 2.0, ready to be sent to a line item."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated, Final, Literal

from pydantic import Field

from models.frozen import Frozen
from service.grading.exports.outcome import Outcome

MEDIA_TYPE: Final = "application/vnd.ims.lis.v1.score+json"

Activity = Literal["Initialized", "Started", "InProgress", "Submitted", "Completed"]
Grading = Literal["FullyGraded", "Pending", "PendingManual", "Failed", "NotReady"]


class AgsScore(Frozen):
    """A score as a platform takes it. Without `scoreGiven` there is none (any more)."""

    timestamp: Annotated[str, Field(description="When the grade came to be or was last changed, RFC 3339 in UTC.")]
    userId: Annotated[str, Field(description="The submission's author: submit with the platform's id of the user.")]  # noqa: N815
    activityProgress: Activity  # noqa: N815
    gradingProgress: Grading  # noqa: N815
    scoreGiven: Annotated[float | None, Field(ge=0)] = None  # noqa: N815
    scoreMaximum: Annotated[float | None, Field(gt=0)] = None  # noqa: N815
    comment: str | None = None


def score(outcome: Outcome) -> AgsScore:
    """The grade for a platform's gradebook, whatever the state of the submission.

    The comment is shown to the student at once, so only checks that are visible at once speak in it.
    """
    given = outcome.score if outcome.max_score > 0 else None
    spoken = [
        f"{check.name}: {_points(check.points)}/{check.max_points:g}. {check.text}"
        for check in outcome.checks()
        if check.visibility == "visible"
    ]
    return AgsScore(
        timestamp=outcome.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        userId=outcome.author,
        activityProgress="Completed" if outcome.status == "graded" else "Submitted",
        gradingProgress=_grading(outcome, given),
        scoreGiven=given,
        scoreMaximum=None if given is None else outcome.max_score,
        comment="\n".join(spoken) or None,
    )


def _grading(outcome: Outcome, given: float | None) -> Grading:
    if outcome.status in {"queued", "grading"}:
        return "Pending"
    if outcome.status == "cancelled":
        return "NotReady"
    if outcome.status == "failed" or (given is None and not outcome.waits):
        return "Failed"
    return "PendingManual" if outcome.waits else "FullyGraded"


def _points(points: float | None) -> str:
    return "–" if points is None else f"{points:g}"
