"""Creates and cancels calibrations: each within the transaction of the caller's session."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from models.violation import Violation
from service.database.calibrations import CalibrationRow
from service.database.grading import AssignmentRow, GradingRow
from service.database.submission_states import LIVE
from service.errors import CalibrationEnded, Invalid, InvalidSpec
from service.grading.calibrations.finish import end
from service.grading.calibrations.queries import gradings_of
from service.grading.calibrations.reference import Refusal, StoredReference
from service.grading.calibrations.schemas import CalibrationReference, CalibrationRequest
from service.grading.rubric.assignment import Assignment
from service.grading.submissions.finish import cancel as cancel_grading
from service.grading.submissions.grading_rows import HiddenSeeds, calibration_seeds, new_grading
from service.grading.submissions.queries import own_jobs
from service.grading.submissions.scheduling import schedule_if_room
from service.grading.submissions.specs import SubmittedSpec, read
from service.ids import CALIBRATION
from service.jobs.operations import cancel_all
from service.queue.limits import QueueLimits


def create(
    session: Session, assignment: AssignmentRow, request: CalibrationRequest, secret: bytes, limits: QueueLimits
) -> CalibrationRow:
    """Store a calibration, and schedule the trainings of its references where there is room.

    Args:
        session: the session that holds the assignment.
        assignment: whose rubric is tried, as it is now.
        request: the references.
        secret: from which hidden seeds are drawn.
        limits: how many jobs may wait.

    Raises:
        Invalid: two references have one name, or the pass mark cannot be reached.
    """
    rules = Assignment.model_validate(assignment.content)
    _refuse(request, rules)
    row = CalibrationRow(
        id=CALIBRATION.new(),
        owner=assignment.owner,
        assignment_id=assignment.id,
        rules=assignment.rules,
        status="running",
        version=1,
        created_at=datetime.now(UTC),
        seeds=request.seeds,
        pass_mark=request.pass_mark,
        references=[],
    )
    seeds = calibration_seeds(assignment.id, request.seeds, secret)
    gradings = []
    for reference in request.references:
        stored, grading = _reference(assignment, rules, reference, seeds, row.id)
        row.references = [*row.references, stored.model_dump(mode="json")]
        if grading is not None:
            gradings.append(grading)
    session.add(row)
    session.add_all(gradings)
    session.flush()
    for grading in gradings:
        schedule_if_room(session, grading, limits)
    return row


def cancel(session: Session, row: CalibrationRow) -> None:
    """Cancel a calibration and those of its trainings that nothing else needs.

    Args:
        session: the session that holds the row.
        row: the calibration, locked.

    Raises:
        CalibrationEnded: there is nothing to cancel.
    """
    if row.status != "running":
        raise CalibrationEnded(f"The calibration has ended already: {row.status}.")
    end(row, "cancelled")
    live = [grading for grading in gradings_of(session, row).values() if grading.status in LIVE]
    jobs = own_jobs(session, [grading.id for grading in live])
    for grading in live:
        cancel_grading(session, grading)
    cancel_all(session, jobs)


def _refuse(request: CalibrationRequest, assignment: Assignment) -> None:
    violations = []
    names: set[str] = set()
    for number, reference in enumerate(request.references):
        if reference.name in names:
            violations.append(Violation(f"/references/{number}/name", f"{reference.name!r} is the name of another one"))
        names.add(reference.name)
    if request.pass_mark is not None and request.pass_mark > assignment.max_score:
        most = assignment.max_score
        violations.append(
            Violation("/pass_mark", f"the assignment gives at most {most:g} points, got {request.pass_mark:g}")
        )
    if violations:
        raise Invalid.of(violations)


def _reference(
    assignment: AssignmentRow, rules: Assignment, reference: CalibrationReference, seeds: HiddenSeeds, batch: str
) -> tuple[StoredReference, GradingRow | None]:
    """A reference and its grading; without one where a student could not submit it."""
    stored = StoredReference(name=reference.name, expected=reference.expected, answers=reference.answers)
    try:
        spec = read(rules, SubmittedSpec(reference.spec, reference.answers, True, lambda where: f"/spec{where}"))
    except InvalidSpec as error:
        refused = [Refusal(pointer=violation.pointer, detail=violation.detail) for violation in error.violations]
        return stored.model_copy(update={"refused": refused}), None
    grading = new_grading(assignment, seeds, spec=spec, batch=batch)
    return stored.model_copy(update={"grading": grading.id}), grading
