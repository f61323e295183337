"""What is measured where a component is asked for, or asked to be left out."""

from __future__ import annotations

from models.pointers import pointer
from models.specs.job import TrainingJobSpec
from models.text import LocalizedText
from service.grading.rubric.components import Kind, Where, named, used
from service.grading.rubric.measurement import Measurement


def presence(spec: TrainingJobSpec, kind: Kind, component: str, where: Where, *, wanted: bool) -> Measurement:
    """Whether a spec uses a component, as ``wanted``; the evidence says where."""
    name = named(kind, component)
    found = [at.path for at in used(spec, kind) if at.type == name and at.lies(where)]
    places = list(dict.fromkeys(pointer(path) for path in found))
    passed = bool(places) == wanted
    return Measurement(
        score=1.0 if passed else 0.0,
        passed=passed,
        message=LocalizedText(
            f"{component} is used." if places else f"{component} is not used.",
            f"Se usa {component}." if places else f"No se usa {component}.",
        ),
        evidence={"kind": kind, "component": component, "where": where, "at": places},
    )
