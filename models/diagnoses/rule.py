"""Defines the base classes of diagnoses: a code, texts, and a pure function that finds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar

from models.diagnoses.design import Design
from models.diagnoses.finding import Cause, Finding, Severity, Stage
from models.diagnoses.specimens import Document
from models.diagnoses.training_run import TrainingRun
from models.text import LocalizedText


class Rule(ABC):
    """The base of diagnoses.

    Attributes:
        code: names it everywhere.
        title: its name for people.
        text: what it means.
        reference: where the rule comes from.
        FAULTY: the spec of a small training that shows it.
        HEALTHY: a near twin in which nothing is wrong.
    """

    code: ClassVar[str]
    title: ClassVar[LocalizedText]
    text: ClassVar[LocalizedText]
    reference: ClassVar[str]
    FAULTY: ClassVar[Document]
    HEALTHY: ClassVar[Document]

    def finding(self, severity: Severity, stage: Stage, message: LocalizedText, **members: Any) -> Finding:
        """A finding of this diagnosis; ``members`` are the other members of :class:`Finding`."""
        return Finding(code=self.code, severity=severity, stage=stage, message=message, **members)


class GivenRule(Rule):
    """A diagnosis of what was given, the spec or the table, whatever came of it.

    Attributes:
        suspect: whether its warning is the likely cause when a training fails and nothing measured explains it.
        root: whether its warning is the cause when a training fails, whatever else was measured.
    """

    suspect: ClassVar[bool] = False
    root: ClassVar[bool] = False


class SpecificationRule(GivenRule):
    """A diagnosis that needs nothing but the spec."""

    @abstractmethod
    def find(self, design: Design) -> Iterator[Finding]:
        """What is found in a spec."""


class DataRule(GivenRule):
    """A diagnosis of the table: from the rows in the spec where it has them, else from what a training measured."""

    @abstractmethod
    def find(self, design: Design, facts: dict[str, Any]) -> Iterator[Finding]:
        """What is found in a table.

        Args:
            design: the spec.
            facts: numbers about the table, under the names of the receipt's ``data``; any of them may be missing.
        """


class TrainingRule(Rule):
    """A diagnosis that looks at what was measured.

    Attributes:
        symptom: whether it only says that a training failed, and never why.
    """

    symptom: ClassVar[bool] = False

    @abstractmethod
    def find(self, run: TrainingRun) -> Iterator[Finding]:
        """What is found in a record."""


def cause(code: str, en: str, es: str) -> Cause:
    """A cause in both languages."""
    return Cause(code=code, text=LocalizedText(en=en, es=es))
