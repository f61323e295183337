"""Schedules the trainings of a grading: takes jobs that train the same already, and submits jobs for all others."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from models.diagnoses.thresholds import VERSION
from models.specs.canonical import canonical
from models.specs.check import InvalidSpec, parse
from service.database.grading import GradingJobRow, GradingRow, SubmissionRow
from service.database.job_states import LIVE, JobStatus
from service.database.session import take_turns
from service.database.submission_states import SubmissionStatus
from service.database.tables import JobRow
from service.errors import QueueFull, QuotaExceeded
from service.grading.rubric.assignment import Assignment
from service.grading.rubric.trainings import RequiredTraining, Role, required_trainings
from service.grading.submissions.finish import fail, not_fit, not_trained
from service.grading.submissions.queries import assignment_of, links_of, spec_of
from service.jobs.operations import submit_all
from service.queue.limits import QueueLimits
from service.queue.workflows import BATCH

MOST_TRIES = 2  # jobs that a training may have: one that could not be done is tried once more


class _NotTrained(Exception):
    """A training has been tried as often as it may, and left nothing that could be marked.

    Attributes:
        job_id: the last job.
        error: that job's error; None where it was cancelled or deleted.
    """

    def __init__(self, job_id: str, error: dict[str, str] | None) -> None:
        super().__init__(job_id)
        self.job_id = job_id
        self.error = error


def schedule(session: Session, grading: GradingRow, limits: QueueLimits) -> bool:
    """Give a job to every training of a grading that has none, and let the grading fail if that cannot be done.

    Args:
        session: the session that holds the grading's row.
        grading: locked.
        limits: how many jobs may wait.

    Returns:
        Whether all of its trainings have succeeded, so that it can be marked.

    Raises:
        QueueFull, QuotaExceeded: so many more jobs cannot wait; nothing is stored.
    """
    try:
        required = required_of(session, grading, assignment_of(session, grading))
        if grading.status == SubmissionStatus.QUEUED:  # it may have been submitted for other data
            parse(canonical(required[0].spec))
        trained = _assign_jobs(session, grading, required, limits)
    except InvalidSpec as refused:
        fail(session, grading, not_fit(str(refused)))
        return False
    except _NotTrained as failure:
        fail(session, grading, not_trained(failure.job_id, failure.error))
        return False
    if grading.status == SubmissionStatus.QUEUED:
        grading.status = SubmissionStatus.GRADING
        submission = None if grading.submission_id is None else session.get_one(SubmissionRow, grading.submission_id)
        if submission is not None and submission.status == SubmissionStatus.QUEUED:
            submission.status = SubmissionStatus.GRADING
            submission.version += 1
        session.flush()
    return trained


def schedule_if_room(session: Session, grading: GradingRow, limits: QueueLimits) -> bool:
    """Schedule a grading now, or leave it to an agent where its jobs have no room in the queue.

    Returns:
        Whether all of its trainings have succeeded already.
    """
    try:
        with session.begin_nested():
            return schedule(session, grading, limits)
    except (QueueFull, QuotaExceeded):
        session.refresh(grading)
        return False


def required_of(session: Session, grading: GradingRow, assignment: Assignment) -> list[RequiredTraining]:
    """The trainings that a grading needs with the seeds that it wants by now.

    Args:
        session: a session.
        grading: its row.
        assignment: as it was when the grading began.
    """
    named = {"assignment": grading.assignment_id, "submission": grading.submission_id, "batch": grading.batch}
    labels = {name: value for name, value in named.items() if value is not None}
    spec = spec_of(session, grading, assignment)
    return required_trainings(assignment, spec, grading.seeds[: grading.wanted], labels)


def _assign_jobs(
    session: Session, grading: GradingRow, required: Sequence[RequiredTraining], limits: QueueLimits
) -> bool:
    """Give another job to each training that has none, or whose job left nothing; whether all have succeeded.

    Trainings repeat to the last bit: a job of the same owner with the same spec, seed included, that waits, runs or has
    succeeded is taken as it is. Only a repetition is trained although it has been.

    Raises:
        _NotTrained: one of them has been tried too often.
        QueueFull, QuotaExceeded: so many more jobs cannot wait; nothing is stored.
    """
    links = links_of(session, grading.id)
    states = _usable(session, [link.job_id for link in links.values()])
    lacking = [each for each in required if each.key not in links or not states.get(links[each.key].job_id)]
    if not lacking:
        return all(states[links[each.key].job_id] == JobStatus.SUCCEEDED for each in required)
    for training in lacking:
        link = links.get(training.key)
        if link is not None and link.tries >= MOST_TRIES:
            job = session.get(JobRow, link.job_id)
            raise _NotTrained(link.job_id, None if job is None else job.error)
    take_turns(session, f"trainings {grading.owner}")  # equal submissions at the same time share their jobs
    jobs = _find_jobs(session, grading.owner, lacking, {link.job_id for link in links.values()})
    missing: dict[tuple[str, bool], RequiredTraining] = {}
    for training in lacking:
        if training.key not in jobs:
            missing.setdefault((training.spec_hash, training.role == Role.REPEAT), training)
    made = {}
    if missing:
        rows = submit_all(
            session, grading.owner, [each.spec for each in missing.values()], limits, BATCH, together=True
        )
        made = dict(zip(missing, [row.id for row in rows], strict=True))
    for training in lacking:
        found = jobs.get(training.key)
        job_id = made[training.spec_hash, training.role == Role.REPEAT] if found is None else found
        _link(session, grading, links.get(training.key), training, job_id, made=found is None)
    session.flush()
    states = _usable(session, [row.job_id for row in links_of(session, grading.id).values()])
    return set(states.values()) == {JobStatus.SUCCEEDED}


def _link(
    session: Session,
    grading: GradingRow,
    link: GradingJobRow | None,
    training: RequiredTraining,
    job_id: str,
    *,
    made: bool,
) -> None:
    if link is None:
        link = GradingJobRow(grading_id=grading.id, role=training.role, seed=training.seed, tries=0)
        session.add(link)
    link.job_id, link.made, link.tries = job_id, made, link.tries + 1


def _usable(session: Session, job_ids: Collection[str]) -> dict[str, JobStatus]:
    """The statuses of those jobs that may still succeed, or have left what can be marked."""
    usable = or_(
        and_(JobRow.status.in_(LIVE), ~JobRow.cancel_requested),
        and_(JobRow.status == JobStatus.SUCCEEDED, JobRow.diagnosis.is_not(None)),
    )
    query = select(JobRow.id, JobRow.status).where(JobRow.id.in_(job_ids), usable)
    return {job_id: JobStatus(status) for job_id, status in session.execute(query)}


def _find_jobs(
    session: Session, owner: str, required: Sequence[RequiredTraining], linked: Collection[str]
) -> dict[tuple[str, int], str]:
    """The jobs that train the same already: the oldest for a training, another one for its repetition."""
    query = (
        select(JobRow.spec_hash, JobRow.id)
        .where(JobRow.owner == owner, JobRow.spec_hash.in_({each.spec_hash for each in required}))
        .where(
            or_(
                and_(JobRow.status.in_(LIVE), ~JobRow.cancel_requested),
                and_(JobRow.status == JobStatus.SUCCEEDED, JobRow.diagnosis["version"].as_string() == VERSION),
            )
        )
        .order_by(JobRow.id)
    )
    by_hash: dict[str, list[str]] = {}
    for spec_hash, job_id in session.execute(query):
        by_hash.setdefault(spec_hash, []).append(job_id)
    jobs: dict[tuple[str, int], str] = {}
    for training in required:  # a repetition comes after what it repeats
        taken = {*linked, *jobs.values()} if training.role == Role.REPEAT else set()
        same = [job_id for job_id in by_hash.get(training.spec_hash, []) if job_id not in taken]
        if same:
            jobs[training.key] = same[0]
    return jobs
