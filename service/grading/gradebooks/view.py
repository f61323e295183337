"""Renders an assignment's gradebook, leaderboard and similar specs from the rows of its submissions."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy.orm import Session

from service.database.grading import AssignmentRow
from service.database.submission_states import SubmissionStatus
from service.grading.gradebooks.queries import newest_specs, submissions_of
from service.grading.gradebooks.schemas import (
    Gradebook,
    Leaderboard,
    LeaderboardPlace,
    Likeness,
    LikenessDifference,
    Likenesses,
    LikenessSide,
)
from service.grading.rubric.assignment import Assignment
from service.grading.rubric.gradebook import Counting, SubmissionSummary, gradebook
from service.grading.rubric.leaderboard import GradedSubmission, leaderboard
from service.grading.rubric.likeness import ComparedSpec, likenesses
from service.grading.submissions.view import entries, grades
from service.http.scopes import Caller, Scope

MOST_COMPARED = 400  # submissions: 80 000 pairs, which take about a second


def gradebook_of(session: Session, assignment: AssignmentRow, caller: Caller, counting: Counting) -> Gradebook:
    """The gradebook of an assignment, with one entry for each author."""
    rows, most = submissions_of(session, assignment), Assignment.model_validate(assignment.content).max_score
    found = [
        SubmissionSummary(
            submission=row.id,
            author=row.author,
            at=row.created_at,
            status=row.status,
            score=None if grade is None else grade["score"],
            max_score=most if grade is None else grade["max_score"],
            computed=None if row.grade is None else row.grade["score"],
            late=grade is not None and grade["late"]["late"],
            overridden=row.override is not None,
            borderline=grade is not None and grade["borderline"],
            incomplete=grade is not None and grade["incomplete"],
        )
        for row, grade in zip(rows, grades(session, assignment, rows, caller), strict=True)
    ]
    return Gradebook(data=gradebook(found, counting), counting=counting, max_score=most)


def leaderboard_of(session: Session, assignment: AssignmentRow, caller: Caller, secret: bytes) -> Leaderboard:
    """The leaderboard of an assignment.

    The scores are those that students see, for everybody: a hidden check must not shine through the order of the
    lines, and teachers must see the leaderboard that their students see.
    """
    student = Caller(caller.owner, Scope.STUDENT, caller.teacher, None, None)
    rows = submissions_of(session, assignment, SubmissionStatus.GRADED)
    graded = [
        GradedSubmission(row.id, row.author, entry.score, row.created_at)
        for row, entry in zip(rows, entries(session, assignment, rows, student), strict=True)
        if entry.score is not None
    ]
    teaches = caller.may(Scope.TEACHER)
    return Leaderboard(
        data=[
            LeaderboardPlace(
                rank=standing.rank,
                pseudonym=standing.pseudonym,
                score=standing.score,
                at=standing.at,
                mine=standing.author == caller.author,
                author=standing.author if teaches else None,
                submission=standing.submission if teaches or standing.author == caller.author else None,
            )
            for standing in leaderboard(graded, secret, assignment.id)
        ]
    )


def likenesses_of(session: Session, assignment: AssignmentRow, near: float) -> Likenesses:
    """Pairs of similar specs of different authors."""
    rows, count = newest_specs(session, assignment, MOST_COMPARED)
    return Likenesses(
        data=[
            Likeness(
                left=_side(pair.left),
                right=_side(pair.right),
                distance=pair.distance,
                equal=pair.equal,
                authors=pair.authors,
                differences=[LikenessDifference(**asdict(each)) for each in pair.differences],
            )
            for pair in likenesses([ComparedSpec(row.id, row.author, row.spec) for row in rows], near)
        ],
        near=near,
        compared=len(rows),
        of=count,
    )


def _side(spec: ComparedSpec) -> LikenessSide:
    return LikenessSide(submission=spec.submission, author=spec.author)
