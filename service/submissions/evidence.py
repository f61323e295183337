"""What the trainings of a grading prove, read from the rows of their jobs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from models.diagnoses.finding import Diagnosis
from service.database.grading import GradingRow, SubmissionRow
from service.database.tables import JobRow
from service.grading.evidence import Evidence, Training
from service.jobs import recorded
from service.submissions.enlisting import links_of
from service.submissions.trainings import Role, Wanted


def gather(
    session: Session, grading: GradingRow, submission: SubmissionRow | None, wanted: Sequence[Wanted]
) -> Evidence:
    """The evidence for a grading whose trainings have all succeeded.

    Args:
        session: a session.
        grading: its row.
        submission: whose grading it is, if it is one's.
        wanted: its trainings.
    """
    links = links_of(session, grading.id)
    found: dict[Role, list[Training]] = {role: [] for role in Role}
    for want in wanted:
        found[want.role].append(_training(session, links[want.place].job_id, want.seed))
    spec = next(want.spec for want in wanted if want.role == Role.MAIN)
    return Evidence(
        spec=spec,
        trainings=found[Role.MAIN],
        baseline=found[Role.BASELINE],
        repeats=[training.weights_digest for training in found[Role.REPEAT]],
        answers={} if submission is None else submission.answers,
        manual={} if submission is None else submission.manual,
    )


def _training(session: Session, job_id: str, seed: int) -> Training:
    row = session.get_one(JobRow, job_id)
    assert row.result is not None
    return Training(
        seed=seed,
        metrics=row.result["metrics"],
        stop_reason=row.result["stop_reason"],
        record=recorded.record(session, job_id),
        diagnosis=Diagnosis.model_validate(row.diagnosis),
        parameters=row.result["parameters"],
        weights_digest=row.result["weights_digest"],
    )
