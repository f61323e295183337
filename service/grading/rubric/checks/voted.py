"""Base class of checks that each training either fulfils or not, and that enough of them must fulfil."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from models.text import LocalizedText
from service.grading.rubric.checks.base import Check
from service.grading.rubric.evidence import Evidence, Unmeasured
from service.grading.rubric.measurement import Measurement
from service.grading.rubric.samples import undecided

PositiveShare = Annotated[float, Field(gt=0, le=1)]


class Voted(Check):
    """A check that a training fulfils or not.

    Attributes:
        share: of the trainings that must fulfil it, at least.
    """

    share: PositiveShare = 0.5

    def counted(self, evidence: Evidence, votes: Sequence[bool], what: LocalizedText, **more: Any) -> Measurement:
        """The measurement for one vote of each training.

        Args:
            evidence: what they were taken from.
            votes: whether each training fulfils it.
            what: what was asked, as what follows upon "Of so many trainings so many ".
            more: further evidence; ``per_seed`` is added to.

        Raises:
            Unmeasured: there is no training.
        """
        if not votes:
            raise Unmeasured("there is no training to look at")
        yes, count = sum(votes), len(votes)
        passed = yes >= self.share * count
        per_seed = {"fulfilled": list(votes), **more.pop("per_seed", {})}
        return Measurement(
            score=1.0 if passed else 0.0,
            passed=passed,
            message=LocalizedText(
                f"Of {count} trainings {yes} {what.en}; asked: at least {self.share:.0%}.",
                f"De {count} entrenamientos {yes} {what.es}; se pide: al menos el {self.share:.0%}.",
            ),
            evidence={"fulfilled": yes, "seeds": count, "share": self.share, **more, "per_seed": per_seed},
            straddles=undecided(yes, count, self.share),
            findings=() if passed else self.explained(evidence),
        )
