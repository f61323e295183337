"""Defines the base of judgements on random starts: the share of starts that show something."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from models.diagnoses.finding import Finding, Severity
from models.diagnoses.initialization.start import Flags, Floats, Start
from models.diagnoses.rule import Rule
from models.diagnoses.thresholds import LIMITS
from models.text import LocalizedText


class StartJudgement(ABC):
    """The base of judgements on random starts; code and texts are those of a diagnosis of trainings.

    Attributes:
        rule: that diagnosis.
    """

    rule: ClassVar[Rule]

    @abstractmethod
    def find(self, start: Start) -> Iterator[Finding]:
        """What is found in a preflight."""

    def finding(
        self, start: Start, severity: Severity, flags: Flags, message: LocalizedText, **members: Any
    ) -> Finding:
        """A finding that a share of the starts shows.

        Args:
            start: the preflight.
            severity: how bad it is.
            flags: (K,) which of the starts show it.
            message: what was found.
            members: the other members of :class:`Finding`.
        """
        evidence = {"draws": start.draws, "seeds": [s for s, f in zip(start.measured.seeds, flags, strict=True) if f]}
        members["evidence"] = evidence | members.get("evidence", {})
        return self.rule.finding(
            severity, "initialization", message, epoch=0, probability=start.share(flags), **members
        )


def severity_of(share: float) -> Severity | None:
    """How bad it is that this share of the starts shows something; None: chance.

    Example:
        >>> [severity_of(share) for share in (1.0, 0.5, 0.1)]
        ['error', 'warning', None]
    """
    if share >= LIMITS.likely:
        return "error"
    return "warning" if share >= LIMITS.possible else None


def typical(values: Floats, flags: Flags) -> float:
    """The median over the starts that show something, rounded."""
    return round(float(np.median(values[flags])), 3)


def of_draws(share: float, count: int) -> LocalizedText:
    """The share in words.

    Example:
        >>> of_draws(0.25, 20).en
        'In 5 of 20 random starts'
    """
    number = round(share * count)
    return LocalizedText(f"In {number} of {count} random starts", f"En {number} de {count} inicios aleatorios")
