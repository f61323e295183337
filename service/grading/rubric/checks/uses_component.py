"""A check that a submission uses a component."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from models.pointers import pointer
from models.specs import limits
from models.specs.job import TrainingJobSpec
from models.text import LocalizedText
from service.grading.rubric.checks import specimens
from service.grading.rubric.checks.base import Case, Check, Examples
from service.grading.rubric.components import Kind, Where, named, used
from service.grading.rubric.evidence import Evidence
from service.grading.rubric.measurement import Measurement


class UsesComponent(Check):
    """That a submission uses a component.

    Attributes:
        kind: what sort of component; of initializers those of kernels count, of activations layers as well.
        component: its type.
        where: in the hidden layers, in the output (the last layer with a kernel and all behind it), or anywhere.
    """

    type: Literal["uses_component"] = "uses_component"
    text: ClassVar[LocalizedText] = LocalizedText(
        "That the submission uses a component, for instance batch normalization.",
        "Que la entrega usa un componente, por ejemplo normalización por lotes.",
    )
    EXAMPLES: ClassVar[Examples] = Examples(
        {"type": "uses_component", "kind": "activations", "component": "relu", "where": "hidden", "points": 5},
        passes=Case(specimens.SOUND),
        fails=Case(specimens.VANISHING),
    )
    kind: Kind
    component: Annotated[str, Field(min_length=1, max_length=limits.MAX_TEXT)]
    where: Where = "anywhere"

    def measure(self, evidence: Evidence) -> Measurement:
        """Read the spec; no training is needed."""
        return presence(evidence.spec, self.kind, self.component, self.where, wanted=True)


def presence(spec: TrainingJobSpec, kind: Kind, component: str, where: Where, *, wanted: bool) -> Measurement:
    """Whether a spec uses a component, as ``wanted``; the evidence says where."""
    name = named(kind, component)
    found = [at.path for at in used(spec, kind) if at.type == name and at.is_in(where)]
    pointers = list(dict.fromkeys(pointer(path) for path in found))
    passed = bool(pointers) == wanted
    return Measurement(
        score=1.0 if passed else 0.0,
        passed=passed,
        message=LocalizedText(
            f"{component} is used." if pointers else f"{component} is not used.",
            f"Se usa {component}." if pointers else f"No se usa {component}.",
        ),
        evidence={"kind": kind, "component": component, "where": where, "at": pointers},
    )
