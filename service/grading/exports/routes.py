"""Routes that export a grade in the formats of other systems."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import Query, Response
from pydantic import RootModel

from service.errors import Invalid, NotGraded, RequestViolation
from service.grading.exports import ags, codabench, gradescope
from service.grading.exports.outcome import Language, Outcome
from service.grading.exports.table import table
from service.grading.submissions.queries import find
from service.grading.submissions.routes import SubmissionId
from service.grading.submissions.schemas import Submission
from service.grading.submissions.view import look, view
from service.http.dependencies import CurrentCaller, Reading
from service.http.json import JsonResponse
from service.http.openapi import problems
from service.http.routing import JSON, api_router

CSV = "text/csv"
HEADERS = {"Cache-Control": "private, no-cache"}


class Format(StrEnum):
    """An export format, as clients name it."""

    GRADESCOPE = "gradescope"
    CODABENCH = "codabench"
    AGS = "ags"
    CSV = "csv"


class Results(RootModel[gradescope.GradescopeResults | dict[str, float]]):
    """Gradescope's `results.json`, or Codabench's `scores.json`."""


router = api_router("submissions")


@router.get(
    "/submissions/{submission_id}/results",
    operation_id="get_submission_results",
    response_model=Results,
    response_model_exclude_none=True,
    responses={
        200: {
            "content": {
                ags.MEDIA_TYPE: {"schema": ags.AgsScore.model_json_schema()},
                CSV: {"schema": {"type": "string"}},
            }
        },
        **problems(404, 409),
    },
)
def get_submission_results(
    submission_id: SubmissionId,
    session: Reading,
    caller: CurrentCaller,
    wanted: Annotated[str, Query(alias="format", description=f"One of {', '.join(Format)}.")] = Format.GRADESCOPE,
    language: Annotated[Language, Query(description="Of the texts.")] = "en",
) -> Response:
    """The grade for another system, with what the caller may see of it.

    `gradescope` is an autograder's `results.json`, in which every test has its visibility; `codabench` is the
    `scores.json` of a scoring program; `ags` is the score of LTI's Assignment and Grade Services, whatever the state of
    the submission; `csv` has a row for each check. Figures of single seeds are in none of them.
    """
    if wanted not in list(Format):
        detail = f"there is no {wanted!r}; available: {', '.join(Format)}"
        raise Invalid.of([RequestViolation("", detail, parameter="format")])
    seen = look(session, find(session, caller, submission_id), caller)
    outcome = outcome_of(view(session, seen), language)
    form = Format(wanted)
    if form is Format.AGS:
        score = ags.score(outcome).model_dump(mode="json", exclude_none=True)
        return JsonResponse(score, headers=HEADERS, media_type=ags.MEDIA_TYPE)
    if outcome.grade is None:
        raise NotGraded(f"The submission is {outcome.status}; there are results once it is graded.")
    if form is Format.CSV:
        return Response(table(outcome), media_type=CSV, headers=HEADERS)
    if form is Format.CODABENCH:
        return JsonResponse(codabench.scores(outcome), headers=HEADERS, media_type=JSON)
    document = gradescope.results(outcome).model_dump(mode="json", exclude_none=True)
    return JsonResponse(document, headers=HEADERS, media_type=JSON)


def outcome_of(submission: Submission, language: Language) -> Outcome:
    """The input of the formats for a submission as the caller sees it."""
    changed = None if submission.override is None else submission.override.at
    return Outcome(
        submission_id=submission.id,
        assignment_id=submission.assignment_id,
        author=submission.author,
        status=submission.status,
        grade=submission.grade,
        at=max(filter(None, (submission.created_at, submission.finished_at, changed))),
        language=language,
    )
