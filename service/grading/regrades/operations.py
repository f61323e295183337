"""Creates regrades, within the transaction of the caller's session."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from models.violation import Violation
from service.database.grading import AssignmentRow
from service.database.regrades import RegradeRow
from service.errors import Invalid, NothingToRegrade
from service.grading.regrades.queries import graded
from service.grading.rubric.assignment import Assignment
from service.grading.submissions.grading_rows import new_grading, submission_seeds
from service.ids import REGRADE


def create(session: Session, assignment: AssignmentRow, wanted: Sequence[str] | None, secret: bytes) -> RegradeRow:
    """Grade submissions again by the current rules, with the seeds of their first time.

    Agents schedule the trainings, all of them at once being too many for a request; what has been trained before is
    not trained again. Until its new grade is there a submission keeps the one that it has, and for ever if the new one
    fails.

    Args:
        session: the session that holds the assignment.
        assignment: locked.
        wanted: ids of submissions; None: all with a grade.
        secret: from which hidden seeds are drawn.

    Raises:
        Invalid: some submission is none of this assignment, or has no grade.
        NothingToRegrade: there is no grade.
    """
    rows = graded(session, assignment)
    if wanted is not None:
        known = {row.id for row in rows}
        violations = [
            Violation(f"/submissions/{number}", f"there is no submission {name!r} with a grade for this assignment")
            for number, name in enumerate(wanted)
            if name not in known
        ]
        if violations:
            raise Invalid.of(violations)
        rows = [row for row in rows if row.id in set(wanted)]
    if not rows:
        raise NothingToRegrade("No submission for the assignment has a grade.")
    seeds = submission_seeds(assignment.id, Assignment.model_validate(assignment.content).seeds, secret)
    regrade = RegradeRow(
        id=REGRADE.new(),
        owner=assignment.owner,
        assignment_id=assignment.id,
        rules=assignment.rules,
        created_at=datetime.now(UTC),
    )
    gradings = [new_grading(assignment, seeds, submission=row, batch=regrade.id) for row in rows]
    regrade.before = [
        {"submission": row.id, "author": row.author, "grading": grading.id, "grade": row.grade}
        for row, grading in zip(rows, gradings, strict=True)
    ]
    session.add(regrade)
    session.add_all(gradings)
    session.flush()
    return regrade
