"""Serves spec checks and presets."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body, Path, Response
from pydantic import BaseModel

from models.diagnoses.spec_check import SpecCheck, check_spec
from models.presets import Preset as PresetDefinition
from models.presets import presets
from models.specs.job import TrainingJobSpec
from models.text import LocalizedText
from models.violation import Violation
from service.errors import NotFound
from service.http.documents import DescribedAs
from service.http.json import JsonResponse
from service.http.openapi import problems
from service.http.pagination import Page
from service.http.routing import Route, api_router
from service.specs.examples import SPEC_EXAMPLES


class Preset(BaseModel):
    """A spec worth knowing, with a word about it."""

    id: str
    title: LocalizedText
    commentary: LocalizedText
    spec: Annotated[Any, DescribedAs(TrainingJobSpec)]


class SpecRoute(Route):
    """Answers what is wrong with a body instead of refusing it, wherever it can be read."""

    def refuse(self, violations: list[Violation]) -> Response:
        """Answer with the check of a body that is no strict JSON."""
        return JsonResponse(SpecCheck(valid=False, errors=violations).model_dump(mode="json"))


router = api_router("specs", SpecRoute)


@router.post("/spec-checks", operation_id="check_spec", response_model=SpecCheck)
def create_spec_check(
    document: Annotated[Any, DescribedAs(TrainingJobSpec), Body(openapi_examples=SPEC_EXAMPLES)],
) -> SpecCheck:
    """Check a spec without training it; an invalid one is answered 200, with `valid` false."""
    return check_spec(document)


@router.get("/presets", operation_id="list_presets", response_model=Page[Preset])
def list_presets() -> Page[Preset]:
    """The systems of the course notebook, ready to be posted as jobs."""
    return Page.of([_preset(preset) for preset in presets().values()], None)


@router.get("/presets/{preset_id}", operation_id="get_preset", response_model=Preset, responses=problems(404))
def get_preset(preset_id: Annotated[str, Path(examples=["S2"])]) -> Preset:
    """One system of the course notebook."""
    known = presets()
    if preset_id not in known:
        raise NotFound(f"There is no preset {preset_id!r}; known: {', '.join(known)}.")
    return _preset(known[preset_id])


def _preset(preset: PresetDefinition) -> Preset:
    return Preset(id=preset.id, title=preset.title, commentary=preset.commentary, spec=preset.document)
