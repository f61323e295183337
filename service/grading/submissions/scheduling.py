"""The jobs of a grading: made as all others, or found where the same is trained, or has been, already."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from models.diagnoses.thresholds import VERSION
from service.database.grading import GradingJobRow, GradingRow
from service.database.job_states import LIVE, JobStatus
from service.database.session import take_turns
from service.database.tables import JobRow
from service.grading.rubric.trainings import Role, Wanted
from service.jobs.operations import submit_all
from service.queue.limits import Room
from service.queue.workflows import BATCH

TRIES = 2  # jobs that a training may have: one that could not be done is tried once more


class NotTrained(Exception):
    """A training has been tried as often as it may, and left nothing that could be marked.

    Attributes:
        job_id: the last job.
        error: what that job says; None where it was cancelled or deleted.
    """

    def __init__(self, job_id: str, error: dict[str, str] | None) -> None:
        super().__init__(job_id)
        self.job_id = job_id
        self.error = error


def links_of(session: Session, grading_id: str) -> dict[tuple[str, int], GradingJobRow]:
    """The jobs of a grading, by what they are for and their seeds."""
    rows = session.scalars(select(GradingJobRow).where(GradingJobRow.grading_id == grading_id))
    return {(row.role, row.seed): row for row in rows}


def enlist(session: Session, grading: GradingRow, wanted: Sequence[Wanted], room: Room) -> bool:
    """Give each training that has no job, or whose job left nothing, another one, in one transaction.

    Trainings repeat to the last bit: one that waits, runs or has succeeded for the same owner, seed included, is taken
    as it is. Only a repetition is trained although it has been.

    Args:
        session: the session that holds the grading's row.
        grading: locked.
        wanted: in the order in which new jobs are to be trained.
        room: how many jobs may wait.

    Returns:
        Whether every training has ended well, so that nothing is left to be done but marking.

    Raises:
        NotTrained: one of them cannot be had.
        QueueFull, QuotaExceeded: so many more jobs cannot wait; nothing is stored.
    """
    links = links_of(session, grading.id)
    states = _states(session, [link.job_id for link in links.values()])
    lacking = [want for want in wanted if want.place not in links or not states.get(links[want.place].job_id)]
    if not lacking:
        return all(states[links[want.place].job_id] == JobStatus.SUCCEEDED for want in wanted)
    for want in lacking:
        link = links.get(want.place)
        if link is not None and link.tries >= TRIES:
            job = session.get(JobRow, link.job_id)
            raise NotTrained(link.job_id, None if job is None else job.error)
    take_turns(session, f"trainings {grading.owner}")  # equal submissions at the same time share their jobs
    jobs = _found(session, grading.owner, lacking, {link.job_id for link in links.values()})
    missing: dict[tuple[str, bool], Wanted] = {}
    for want in lacking:
        if want.place not in jobs:
            missing.setdefault((want.key, want.role == Role.REPEAT), want)
    made = {}
    if missing:
        rows = submit_all(session, grading.owner, [want.spec for want in missing.values()], room, BATCH, together=True)
        made = dict(zip(missing, [row.id for row in rows], strict=True))
    for want in lacking:
        own = made.get((want.key, want.role == Role.REPEAT)) if want.place not in jobs else None
        _link(session, grading, links.get(want.place), want, own or jobs[want.place], made=own is not None)
    session.flush()
    states = _states(session, [row.job_id for row in links_of(session, grading.id).values()])
    return set(states.values()) == {JobStatus.SUCCEEDED}


def hand_over(session: Session, gradings: Sequence[str]) -> None:
    """Let other gradings that share the jobs of some count as those for which they were made."""
    made = select(GradingJobRow.job_id).where(GradingJobRow.grading_id.in_(gradings), GradingJobRow.made)
    session.execute(
        update(GradingJobRow)
        .where(GradingJobRow.job_id.in_(made.scalar_subquery()), GradingJobRow.grading_id.not_in(gradings))
        .values(made=True)
        .execution_options(synchronize_session=False)
    )


def _link(
    session: Session, grading: GradingRow, link: GradingJobRow | None, want: Wanted, job_id: str, *, made: bool
) -> None:
    if link is None:
        link = GradingJobRow(grading_id=grading.id, role=want.role, seed=want.seed, tries=0)
        session.add(link)
    link.job_id, link.made, link.tries = job_id, made, link.tries + 1


def _states(session: Session, job_ids: Collection[str]) -> dict[str, JobStatus]:
    """Where those jobs are that can still be marked, or have left what can."""
    markable = or_(
        and_(JobRow.status.in_(LIVE), ~JobRow.cancel_requested),
        and_(JobRow.status == JobStatus.SUCCEEDED, JobRow.diagnosis.is_not(None)),
    )
    query = select(JobRow.id, JobRow.status).where(JobRow.id.in_(job_ids), markable)
    return {job_id: JobStatus(status) for job_id, status in session.execute(query)}


def _found(
    session: Session, owner: str, wanted: Sequence[Wanted], linked: Collection[str]
) -> dict[tuple[str, int], str]:
    """The jobs that do already what is wanted: the oldest for a training, another one for its repetition."""
    query = (
        select(JobRow.spec_hash, JobRow.id)
        .where(JobRow.owner == owner, JobRow.spec_hash.in_({want.key for want in wanted}))
        .where(
            or_(
                and_(JobRow.status.in_(LIVE), ~JobRow.cancel_requested),
                and_(JobRow.status == JobStatus.SUCCEEDED, JobRow.diagnosis["version"].as_string() == VERSION),
            )
        )
        .order_by(JobRow.id)
    )
    by_key: dict[str, list[str]] = {}
    for key, job_id in session.execute(query):
        by_key.setdefault(key, []).append(job_id)
    jobs: dict[tuple[str, int], str] = {}
    for want in wanted:  # a repetition comes after what it repeats
        taken = {*linked, *jobs.values()} if want.role == Role.REPEAT else set()
        same = [job_id for job_id in by_key.get(want.key, []) if job_id not in taken]
        if same:
            jobs[want.place] = same[0]
    return jobs
