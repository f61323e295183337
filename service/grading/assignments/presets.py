"""Routes and schemas of the assignment presets, which a teacher can post as they are."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import Field

from models.frozen import Frozen
from models.specs import limits
from models.text import LocalizedText
from service.errors import NotFound
from service.grading.assignments.routes import Teacher
from service.grading.rubric.assignment import Assignment
from service.grading.rubric.presets import AssignmentPreset as Definition
from service.grading.rubric.presets import presets
from service.http.documents import DescribedAs
from service.http.openapi import problems
from service.http.pagination import Page
from service.http.routing import api_router

router = api_router("assignments")

HiddenState = Annotated[
    int | None,
    Query(
        ge=0,
        le=limits.MAX_SEED,
        description="Draws the hidden data with this `random_state`: that of the preset stands in a public program.",
    ),
]


class PresetReferenceAnswer(Frozen):
    """A spec whose worth is known."""

    name: str
    expected: Literal["pass", "fail", "refused"]
    text: LocalizedText
    spec: Annotated[
        dict[str, Any], Field(description="As a student submits it: a TrainingJobSpec without data and seed.")
    ]


class AssignmentPresetAnswer(Frozen):
    """An assignment that is ready to be posted, with specs that show what its rubric thinks of them."""

    id: str
    title: LocalizedText
    commentary: LocalizedText
    pass_mark: float
    assignment: Annotated[Any, DescribedAs(Assignment)]
    references: list[PresetReferenceAnswer]


@router.get("/assignment-presets", operation_id="list_assignment_presets", response_model=Page[AssignmentPresetAnswer])
def list_assignment_presets(caller: Teacher, hidden_state: HiddenState = None) -> Page[AssignmentPresetAnswer]:
    """The notebook's lessons as assignments; each `assignment` can be posted as it is."""
    del caller
    return Page.of([_answer(preset, hidden_state) for preset in presets().values()], None)


@router.get(
    "/assignment-presets/{preset_id}",
    operation_id="get_assignment_preset",
    response_model=AssignmentPresetAnswer,
    responses=problems(404),
)
def get_assignment_preset(
    preset_id: Annotated[str, Path(examples=["deep-tanh"])], caller: Teacher, hidden_state: HiddenState = None
) -> AssignmentPresetAnswer:
    """One of the notebook's lessons as an assignment, with references for its calibration."""
    del caller
    known = presets()
    if preset_id not in known:
        raise NotFound(f"There is no assignment preset {preset_id!r}; known: {', '.join(known)}.")
    return _answer(known[preset_id], hidden_state)


def _answer(preset: Definition, hidden_state: int | None) -> AssignmentPresetAnswer:
    return AssignmentPresetAnswer(
        id=preset.id,
        title=preset.title,
        commentary=preset.commentary,
        pass_mark=preset.pass_mark,
        assignment=preset.document if hidden_state is None else preset.on(hidden_state),
        references=[
            PresetReferenceAnswer(
                name=reference.name,
                expected=reference.expected,
                text=reference.text,
                spec=reference.spec,
            )
            for reference in preset.references
        ],
    )
