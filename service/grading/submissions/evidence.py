"""Gathers the evidence of a grading from the rows of its jobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from models.diagnoses.finding import Diagnosis
from service.database.grading import GradingRow, SubmissionRow
from service.database.tables import JobRow
from service.grading.rubric.evidence import Evidence, Training
from service.grading.rubric.overrides import points_of
from service.grading.rubric.trainings import RequiredTraining, Role
from service.grading.submissions.queries import links_of
from service.jobs import recorded


def gather(
    session: Session, grading: GradingRow, submission: SubmissionRow | None, required: Sequence[RequiredTraining]
) -> Evidence | None:
    """The evidence of a grading whose trainings have all succeeded; None where a job was deleted meanwhile.

    Args:
        session: a session.
        grading: its row.
        submission: the submission that is graded, if it is one.
        required: the trainings of the grading.
    """
    links = links_of(session, grading.id)
    found: dict[Role, list[Training]] = {role: [] for role in Role}
    for training in required:
        link = links.get(training.key)
        row = None if link is None else session.get(JobRow, link.job_id)
        if row is None or row.result is None or row.diagnosis is None:
            return None
        found[training.role].append(_training(session, row, row.result, training.seed))
    spec = next(training.spec for training in required if training.role == Role.MAIN)
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
