"""Defines an assignment's policies: seeds, quota, and what happens after the due date."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from models.specs.spec import WHOLE, Share, Spec
from models.violation import Violation
from service.grading.rubric.evidence import Aggregate

MOST_SEEDS = 50
MOST_MINUTES = 60 * 24 * 365

Count = Annotated[int, Field(ge=1, le=MOST_SEEDS), WHOLE]
Minutes = Annotated[int, Field(ge=0, le=MOST_MINUTES), WHOLE]


class SeedPolicy(Spec):
    """How often a submission is trained, each time with another hidden seed.

    Attributes:
        count: trainings of every submission.
        aggregate: how one number is made of them: ``median``; ``lower_bound``: the worse end of the median's interval;
            ``mean``; ``worst``.
        max: trainings up to which more are made where the first leave a check open; null: twice ``count``. What is
            still open then is borderline, and the teacher's to decide.
    """

    count: Count = 5
    aggregate: Aggregate = "median"
    max: Count | None = None

    def violations(self) -> Iterator[Violation]:
        """Require ``max`` to be at least ``count``."""
        if self.max is not None and self.max < self.count:
            yield Violation.at(("max",), f"must be at least count, {self.count}, got {self.max}")

    @property
    def cap(self) -> int:
        """The greatest number of trainings."""
        return min(MOST_SEEDS, 2 * self.count) if self.max is None else self.max


class Quota(Spec):
    """How much an author may submit.

    Attributes:
        submissions_per_day: tries; null: any number.
        concurrent: submissions that may wait or train at once.
    """

    submissions_per_day: Annotated[int, Field(ge=1, le=10_000), WHOLE] | None = None
    concurrent: Annotated[int, Field(ge=1, le=100), WHOLE] = 1


class NoPenalty(Spec):
    """A late submission counts as any other; the grade says that it was late."""

    type: Literal["none"] = "none"


class Deduction(Spec):
    """A late submission loses a share of the greatest score for each day that has begun.

    Attributes:
        per_day: the share.
        most: that is taken off, however late it is.
        grace_minutes: that cost nothing; days are counted from their end.
        days: after which nothing is accepted any more; null: it always is.
    """

    type: Literal["deduct"] = "deduct"
    per_day: Share
    most: Share = 1.0
    grace_minutes: Minutes = 0
    days: Annotated[int, Field(ge=1, le=365), WHOLE] | None = None


class Grace(Spec):
    """A late submission counts as any other for some minutes; nothing is accepted after them.

    Attributes:
        minutes: how long.
    """

    type: Literal["grace"] = "grace"
    minutes: Annotated[int, Field(ge=1, le=MOST_MINUTES), WHOLE]


class CutOff(Spec):
    """Nothing is accepted after the due date."""

    type: Literal["cut_off"] = "cut_off"


LateUnion = TypeAliasType("LateUnion", Annotated[NoPenalty | Deduction | Grace | CutOff, Field(discriminator="type")])
