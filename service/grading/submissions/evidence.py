"""What the trainings of a grading prove, read from the rows of their jobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from models.diagnoses.finding import Diagnosis
from service.database.grading import GradingRow, SubmissionRow
from service.database.tables import JobRow
from service.grading.rubric.evidence import Evidence, Training
from service.grading.rubric.overrides import points_of
from service.grading.rubric.trainings import Role, Wanted
from service.grading.submissions.scheduling import links_of
from service.jobs import recorded


def gather(
    session: Session, grading: GradingRow, submission: SubmissionRow | None, wanted: Sequence[Wanted]
) -> Evidence | None:
    """The evidence for a grading whose trainings have all succeeded; None where a job was deleted meanwhile.

    Args:
        session: a session.
        grading: its row.
        submission: whose grading it is, if it is one's.
        wanted: its trainings.
    """
    links = links_of(session, grading.id)
    found: dict[Role, list[Training]] = {role: [] for role in Role}
    for want in wanted:
        link = links.get(want.place)
        row = None if link is None else session.get(JobRow, link.job_id)
        if row is None or row.result is None or row.diagnosis is None:
            return None
        found[want.role].append(_training(session, row, row.result, want.seed))
    spec = next(want.spec for want in wanted if want.role == Role.MAIN)
    return Evidence(
        spec=spec,
        trainings=found[Role.MAIN],
        baseline=found[Role.BASELINE],
        repeats=[training.weights_digest for training in found[Role.REPEAT]],
        answers={} if submission is None else submission.answers,
        manual={} if submission is None else points_of(submission.override),
    )


def _training(session: Session, row: JobRow, result: dict[str, Any], seed: int) -> Training:
    return Training(
        seed=seed,
        metrics=result["metrics"],
        stop_reason=result["stop_reason"],
        record=recorded.record(session, row.id),
        diagnosis=Diagnosis.model_validate(row.diagnosis),
        parameters=result["parameters"],
        weights_digest=result["weights_digest"],
    )
