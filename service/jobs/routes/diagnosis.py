"""What is wrong with a training, and what would cure it."""

from __future__ import annotations

from models.diagnoses.finding import Diagnosis
from service.errors import NotAvailable
from service.http.dependencies import Owner, Reading, Writing
from service.http.openapi import problems
from service.http.routing import api_router
from service.jobs.queries import find, find_succeeded
from service.jobs.results.record import rebuild
from service.jobs.routes.jobs import JobId

router = api_router("diagnosis")


class JobDiagnosis(Diagnosis):
    """Everything found about one job."""

    job_id: str


@router.get(
    "/jobs/{job_id}/diagnosis",
    operation_id="get_job_diagnosis",
    response_model=JobDiagnosis,
    responses=problems(404, 409),
)
def get_diagnosis(job_id: JobId, session: Reading, owner: Owner) -> JobDiagnosis:
    """The judgement that was passed when the job ended, or when it was last judged anew."""
    row = find_succeeded(session, owner, job_id)
    if row.diagnosis is None:
        raise NotAvailable("The job could not be judged when it ended; POST here judges it anew.")
    return JobDiagnosis.model_validate({"job_id": row.id, **row.diagnosis})


@router.post(
    "/jobs/{job_id}/diagnosis",
    operation_id="diagnose_job",
    response_model=JobDiagnosis,
    responses=problems(404, 409),
)
def renew_diagnosis(job_id: JobId, session: Writing, owner: Owner) -> JobDiagnosis:
    """Judge the stored record anew with today's rules, and keep that judgement."""
    from models.diagnoses import diagnose

    find(session, owner, job_id, lock=True)
    row = find_succeeded(session, owner, job_id)
    diagnosis = diagnose(rebuild(session, row))
    assert row.result is not None
    row.diagnosis = diagnosis.model_dump(mode="json")
    row.result = {**row.result, "verdict": diagnosis.verdict}
    row.version += 1
    return JobDiagnosis.model_validate({"job_id": row.id, **row.diagnosis})
