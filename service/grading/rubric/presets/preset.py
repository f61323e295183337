"""Defines an assignment preset: a document to post, with reference specs of known worth."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Literal

from models.specs.check import parse
from models.specs.job import TrainingJobSpec
from models.text import LocalizedText
from service.grading.rubric.assignment import Assignment

Document = dict[str, Any]
Expected = Literal["pass", "fail", "refused"]


@dataclass(frozen=True)
class PresetReference:
    """A spec whose worth is known.

    Attributes:
        name: of it.
        expected: whether it passes, fails, or is refused by the constraints before it is trained.
        text: what it is.
        spec: as a student would submit it, without data.
    """

    name: str
    expected: Expected
    text: LocalizedText
    spec: Document


@dataclass(frozen=True)
class AssignmentPreset:
    """An assignment that is ready to be posted.

    Attributes:
        id: its name.
        title: a line.
        commentary: for teachers: what it teaches, and what its thresholds stand on.
        pass_mark: points from which on a grade passes; for calibrations, a grade itself only has points.
        document: the body of ``POST /api/v1/assignments``.
        references: specs that pass, and specs that do not.
    """

    id: str
    title: LocalizedText
    commentary: LocalizedText
    pass_mark: float
    document: Document
    references: tuple[PresetReference, ...]

    @property
    def assignment(self) -> Assignment:
        """The document, read."""
        return Assignment.model_validate(self.document)

    def on(self, state: int) -> Document:
        """The document, with the hidden data that another random state draws."""
        made = deepcopy(self.document)
        for part in (made["hidden_data"]["source"], made["hidden_data"]["split"]):
            if isinstance(part, dict) and "random_state" in part:
                part["random_state"] = state
        return made

    def spec(self, reference: PresetReference) -> TrainingJobSpec:
        """A reference as it is submitted, on the public data."""
        return parse({"data": self.document["data"], **reference.spec})
