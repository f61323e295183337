"""A check that a submission does not use a component."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from models.specs import limits
from models.text import LocalizedText
from service.grading.rubric.checks import specimens
from service.grading.rubric.checks.base import Case, Check, Examples
from service.grading.rubric.checks.uses_component import presence
from service.grading.rubric.components import Kind, Where
from service.grading.rubric.evidence import Evidence
from service.grading.rubric.measurement import Measurement


class ForbidsComponent(Check):
    """That a submission does not use a component; it is marked down for it and not refused, as a constraint would.

    Attributes:
        kind: what sort of component; of initializers those of kernels count, of activations layers as well.
        component: its type.
        where: in the hidden layers, in the output (the last layer with a kernel and all behind it), or anywhere.
    """

    type: Literal["forbids_component"] = "forbids_component"
    text: ClassVar[LocalizedText] = LocalizedText(
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
        """Read the spec; no training is needed."""
        return presence(evidence.spec, self.kind, self.component, self.where, wanted=False)
