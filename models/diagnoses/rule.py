"""What every diagnosis is: a name, words about it, and a pure function from what is known to findings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar

from models.diagnoses.course import Course
from models.diagnoses.design import Design
from models.diagnoses.finding import Cause, Finding, Severity, Stage, Words
from models.specs.spec import Text


class Rule(ABC):
    """A diagnosis.

    Attributes:
        code: names it everywhere.
        title: its name for people.
        text: what it means.
        reference: where the rule comes from.
    """

    code: ClassVar[str]
    title: ClassVar[Text]
    text: ClassVar[Text]
    reference: ClassVar[str]

    def finding(self, severity: Severity, stage: Stage, message: Text, **members: Any) -> Finding:
        """A finding of this diagnosis; ``members`` are the other members of :class:`Finding`."""
        return Finding(code=self.code, severity=severity, stage=stage, message=Words.of(message), **members)


class SpecificationRule(Rule):
    """A diagnosis that needs nothing but the spec.

    Attributes:
        suspect: whether its warning is the likely cause when a training fails and nothing measured explains it.
        root: whether its warning is the cause when a training fails, whatever else was measured.
    """

    suspect: ClassVar[bool] = False
    root: ClassVar[bool] = False

    @abstractmethod
    def find(self, design: Design) -> Iterator[Finding]:
        """What is found in a spec."""


class TrainingRule(Rule):
    """A diagnosis that looks at what was measured.

    Attributes:
        symptom: whether it only says that a training failed, and never why.
    """

    symptom: ClassVar[bool] = False

    @abstractmethod
    def find(self, course: Course) -> Iterator[Finding]:
        """What is found in a record."""


def cause(code: str, en: str, es: str) -> Cause:
    """A cause in both languages."""
    return Cause(code=code, text=Words(en=en, es=es))
