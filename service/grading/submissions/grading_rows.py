"""Makes the rows of gradings, and draws the hidden seeds that their trainings begin with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from service.database.grading import AssignmentRow, GradingRow, SecretRow, SubmissionRow
from service.database.submission_states import SubmissionStatus
from service.grading.rubric.policies import SeedPolicy
from service.grading.rubric.seeds import hidden_seeds
from service.ids import GRADING
from service.settings import Settings

SECRET = "grading"  # noqa: S105 - the name of a secret, not a secret


@dataclass(frozen=True)
class HiddenSeeds:
    """The seeds of a grading.

    Attributes:
        values: every seed that it may ever train with.
        count: how many of them it trains with at first.
    """

    values: list[int]
    count: int


def grading_secret(session: Session, settings: Settings) -> bytes:
    """The secret that hidden seeds are drawn from: the operator's, or else the one that was made with the schema.

    A grading keeps its seeds from its beginning, so that only who makes one needs the secret.
    """
    if settings.grading_secret is not None:
        return settings.grading_secret.get_secret_value().encode()
    return session.get_one(SecretRow, SECRET).value


def submission_seeds(assignment_id: str, policy: SeedPolicy, secret: bytes) -> HiddenSeeds:
    """The seeds of all submissions for an assignment."""
    return HiddenSeeds(hidden_seeds(secret, assignment_id, policy.cap), policy.count)


def calibration_seeds(assignment_id: str, count: int, secret: bytes) -> HiddenSeeds:
    """The seeds of all calibrations of an assignment.

    They are not those of submissions, and the same ones each time: what has been trained is not trained again.
    """
    return HiddenSeeds(hidden_seeds(secret, f"{assignment_id}/calibration", count), count)


def new_grading(
    assignment: AssignmentRow,
    seeds: HiddenSeeds,
    *,
    submission: SubmissionRow | None = None,
    spec: dict[str, Any] | None = None,
    batch: str | None = None,
) -> GradingRow:
    """A grading by the assignment's current rules, not added to a session yet.

    Args:
        assignment: whose rules mark it.
        seeds: of its trainings.
        submission: the submission to be graded, if it is one.
        spec: else the spec, as a submission's row would hold it.
        batch: the calibration or regrade that asks for the grading; None where the submission itself does.
    """
    return GradingRow(
        id=GRADING.new(),
        owner=assignment.owner,
        assignment_id=assignment.id,
        submission_id=None if submission is None else submission.id,
        batch=batch,
        spec=spec,
        rules=assignment.rules,
        status=SubmissionStatus.QUEUED,
        seeds=seeds.values,
        wanted=seeds.count,
        created_at=datetime.now(UTC),
    )
