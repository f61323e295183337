"""That a component is not used."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from models.specs import limits
from models.specs.pointers import pointer
from models.specs.spec import Text
from service.grading.checks import specimens
from service.grading.checks.base import Case, Check, Examples
from service.grading.components import Kind, Where, named, used
from service.grading.evidence import Evidence
from service.grading.measurement import Measurement


class ForbidsComponent(Check):
    """That a submission does not use a component; it is marked down for it and not refused, as a constraint would.

    Attributes:
        kind: what sort of component; of initializers those of kernels count, of activations layers as well.
        component: its type.
        where: in the hidden layers, in the output (the last layer with a kernel and all behind it), or anywhere.
    """

    type: Literal["forbids_component"] = "forbids_component"
    text: ClassVar[Text] = Text(
        "That the submission does without a component, for instance sigmoids in hidden layers.",
        "Que la entrega prescinde de un componente, por ejemplo sigmoides en capas ocultas.",
    )
    EXAMPLES: ClassVar[Examples] = Examples(
        {"type": "forbids_component", "kind": "activations", "component": "sigmoid", "where": "hidden", "points": 5},
        passes=Case(specimens.SOUND),
        fails=Case(specimens.VANISHING),
    )
    kind: Kind
    component: Annotated[str, Field(min_length=1, max_length=limits.MAX_TEXT)]
    where: Where = "anywhere"

    def measure(self, evidence: Evidence) -> Measurement:
        """Read from the spec."""
        name = named(self.kind, self.component)
        found = [at.path for at in used(evidence.spec, self.kind) if at.type == name and at.lies(self.where)]
        places = list(dict.fromkeys(pointer(path) for path in found))
        passed = not places
        return Measurement(
            score=1.0 if passed else 0.0,
            passed=passed,
            message=Text(
                f"{self.component} is used." if places else f"{self.component} is not used.",
                f"Se usa {self.component}." if places else f"No se usa {self.component}.",
            ),
            evidence={"kind": self.kind, "component": self.component, "where": self.where, "at": places},
        )
