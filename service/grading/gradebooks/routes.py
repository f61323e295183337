"""Routes of an assignment's gradebook, leaderboard and similar specs."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response

from service.grading.assignments.queries import find
from service.grading.assignments.routes import AssignmentId, Teacher
from service.grading.gradebooks.schemas import Gradebook, Leaderboard, Likenesses
from service.grading.gradebooks.view import gradebook_of, leaderboard_of, likenesses_of
from service.grading.rubric.gradebook import Counting, as_csv
from service.grading.rubric.likeness import NEAR
from service.grading.submissions.grading_rows import grading_secret
from service.http.dependencies import CurrentCaller, CurrentSettings, Reading
from service.http.json import JsonResponse
from service.http.openapi import problems
from service.http.routing import api_router

CSV = "text/csv"
FARTHEST = 4.0

router = api_router("assignments")


@router.get(
    "/assignments/{assignment_id}/gradebook",
    operation_id="get_gradebook",
    response_model=Gradebook,
    responses={200: {"content": {CSV: {"schema": {"type": "string"}}}}, **problems(404)},
)
def get_gradebook(
    assignment_id: AssignmentId,
    request: Request,
    session: Reading,
    caller: Teacher,
    counting: Annotated[
        Counting, Query(description="Which submission of an author counts; of equal ones the earlier is the best.")
    ] = "best",
) -> Response:
    """One line an author: the submission that counts, its score, lateness and override; as JSON or CSV."""
    answer = gradebook_of(session, find(session, caller, assignment_id), caller, counting)
    headers = {"Vary": "Accept"}
    if request.state.media_type == CSV:
        headers["Content-Disposition"] = f'attachment; filename="{assignment_id}.csv"'
        return Response(as_csv(answer.data), media_type=CSV, headers=headers)
    return JsonResponse(answer.model_dump(mode="json"), headers=headers)


@router.get(
    "/assignments/{assignment_id}/leaderboard",
    operation_id="get_leaderboard",
    response_model=Leaderboard,
    responses=problems(404),
)
def get_leaderboard(
    assignment_id: AssignmentId, session: Reading, settings: CurrentSettings, caller: CurrentCaller
) -> Leaderboard:
    """The authors by their best score, under names that say nothing; of equal scores the earlier one leads.

    The scores are those that students see: checks that are hidden from them do not count here.
    """
    return leaderboard_of(session, find(session, caller, assignment_id), caller, grading_secret(session, settings))


@router.get(
    "/assignments/{assignment_id}/likenesses",
    operation_id="get_likenesses",
    response_model=Likenesses,
    responses=problems(404),
)
def get_likenesses(
    assignment_id: AssignmentId,
    session: Reading,
    caller: Teacher,
    near: Annotated[
        float, Query(ge=0, le=FARTHEST, allow_inf_nan=False, description="The greatest distance that is told.")
    ] = NEAR,
) -> Likenesses:
    """Pairs of different authors whose specs are the same but for little, and what differs.

    A hint to look, never a proof: where an assignment leaves little to decide, equal specs are to be expected.
    """
    return likenesses_of(session, find(session, caller, assignment_id), near)
