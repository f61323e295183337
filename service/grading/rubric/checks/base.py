"""Defines the base of all checks: typed entries of a rubric with a pure function from evidence to a measurement."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from models.specs.spec import Spec
from models.text import LocalizedText
from service.grading.rubric.evidence import Evidence
from service.grading.rubric.measurement import Measurement

Document = dict[str, Any]
Visibility = Literal["visible", "after_due", "after_published", "hidden"]
NAME = r"^[a-z][a-z0-9_]{0,39}$"
MOST_POINTS = 1_000_000

Name = Annotated[str, Field(pattern=NAME)]
Points = Annotated[float, Field(ge=0, le=MOST_POINTS)]


@dataclass(frozen=True)
class Case:
    """A submission that an example of a check is measured on.

    Attributes:
        spec: what is trained.
        baseline: what it is compared with.
        repeats: digests of further trainings; None: what an equal training leaves.
        answers: of the author.
        manual: points of the teacher.
    """

    spec: Document
    baseline: Document | None = None
    repeats: tuple[str, ...] | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    manual: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Examples:
    """A check, a submission that passes it, and one that fails.

    Attributes:
        check: as it stands in a rubric.
        passes: what passes.
        fails: what does not.
    """

    check: Document
    passes: Case
    fails: Case


class Check(Spec):
    """A line of a rubric.

    Attributes:
        points: for its full mark.
        name: by which formulas, answers and teachers' points call it; null: its type, with a number where several
            have the same.
        visibility: when a student sees it: at once, after the due date, after the grades are published, or never.
    """

    text: ClassVar[LocalizedText]
    EXAMPLES: ClassVar[Examples]
    related: ClassVar[tuple[str, ...]] = ()
    type: str
    points: Points
    name: Name | None = None
    visibility: Visibility = "visible"

    @abstractmethod
    def measure(self, evidence: Evidence) -> Measurement:
        """How far a submission fulfils it.

        Raises:
            Unmeasured: something is missing, and not by the author's doing.
        """

    @property
    def called(self) -> str:
        """Its name; within an assignment every check has one."""
        return self.name or self.type

    @classmethod
    def type_name(cls) -> str:
        """The value of ``type`` that names this check."""
        return str(cls.model_fields["type"].default)

    def explained(self, evidence: Evidence) -> tuple[str, ...]:
        """Those of the related diagnoses that were found in some training."""
        found = {finding.code for training in evidence.trainings for finding in training.diagnosis.findings}
        return tuple(code for code in self.related if code in found)
