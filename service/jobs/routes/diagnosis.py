"""Serves the diagnosis of a job, and judges its record anew."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query

from models.diagnoses.finding import Diagnosis
from service.errors import NotAvailable
from service.http.dependencies import Owner, Reading, Writing
from service.http.openapi import problems
from service.http.routing import api_router
from service.jobs.operations import judge_anew
from service.jobs.queries import find, find_succeeded, judged_with
from service.jobs.recorded import finished_record
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
def get_diagnosis(
    job_id: JobId,
    session: Reading,
    owner: Owner,
    version: Annotated[
        str | None, Query(max_length=64, description="The judgement with the rules of this version; else the newest.")
    ] = None,
) -> JobDiagnosis:
    """The judgement that was passed when the job ended, or when it was last judged anew; or an earlier one."""
    row = find_succeeded(session, owner, job_id)
    if row.diagnosis is None:
        raise NotAvailable("The job could not be judged when it ended; POST here judges it anew.")
    if version is not None and version != row.diagnosis["version"]:
        return _answer(row.id, judged_with(session, row, version))
    return _answer(row.id, row.diagnosis)


@router.post(
    "/jobs/{job_id}/diagnosis",
    operation_id="diagnose_job",
    response_model=JobDiagnosis,
    responses=problems(404, 409),
)
def renew_diagnosis(job_id: JobId, session: Writing, owner: Owner) -> JobDiagnosis:
    """Judge the stored record anew with today's rules; what other versions of the rules have said is kept beside it."""
    from models.diagnoses.judge import diagnose

    find(session, owner, job_id, lock=True)
    row = find_succeeded(session, owner, job_id)
    diagnosis = diagnose(finished_record(session, row)).model_dump(mode="json")
    judge_anew(session, row, diagnosis)
    return _answer(row.id, diagnosis)


def _answer(job_id: str, diagnosis: dict[str, Any]) -> JobDiagnosis:
    return JobDiagnosis.model_validate({"job_id": job_id, **diagnosis})
