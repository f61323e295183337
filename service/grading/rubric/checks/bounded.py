"""Base classes of checks that compare a number with a floor or a ceiling."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from models.non_finite import finite_or_none
from models.specs.spec import Number
from models.text import LocalizedText
from models.violation import Violation
from service.grading.rubric.checks.base import Check
from service.grading.rubric.evidence import Aggregate, Evidence, Unmeasured
from service.grading.rubric.measurement import Measurement
from service.grading.rubric.samples import Aggregated, aggregated


class Bounded(Check):
    """A check of a number.

    At the bound the check is passed and its points begin: without ``full_at`` all of them are given there, with it
    none, and between the two they grow in a straight line. On the wrong side of the bound there are none.

    Attributes:
        at_least: the floor; null: there is none.
        at_most: the ceiling; null: there is none.
        full_at: from where on all points are given; null: from the bound on. Only beside a single bound.
    """

    at_least: Number | None = None
    at_most: Number | None = None
    full_at: Number | None = None

    def violations(self) -> Iterator[Violation]:
        """Require a bound, and ``full_at`` to lie beyond it."""
        low, high, full = self.at_least, self.at_most, self.full_at
        if low is None and high is None:
            yield Violation.at((), f"{self.type} needs at_least or at_most")
        if low is not None and high is not None:
            if low > high:
                yield Violation.at(("at_most",), f"must be at least at_least, {low:g}, got {high:g}")
            if full is not None:
                yield Violation.at(("full_at",), "has a meaning beside a single bound only; here there are two")
        elif full is not None:
            if low is not None and full <= low:
                yield Violation.at(("full_at",), f"must be greater than at_least, {low:g}, got {full:g}")
            if high is not None and full >= high:
                yield Violation.at(("full_at",), f"must be less than at_most, {high:g}, got {full:g}")

    @property
    def higher(self) -> bool:
        """Whether more is better: there is no ceiling."""
        return self.at_most is None

    def reached(self, value: float) -> bool:
        """Whether a number is within the bounds."""
        above = self.at_least is None or value >= self.at_least
        return above and (self.at_most is None or value <= self.at_most)

    def share(self, value: float) -> float:
        """The share of the points that a number is worth."""
        if not self.reached(value):
            return 0.0
        bound = self.at_least if self.at_least is not None else self.at_most
        if self.full_at is None or bound is None:
            return 1.0
        return min(1.0, max(0.0, (value - bound) / (self.full_at - bound)))

    def farthest(self, values: Sequence[float | None]) -> float | None:
        """The number that breaks a bound most, or comes nearest to it; None if one of them is unknown.

        The ceiling is looked at first where there are two.
        """
        known = [value for value in values if value is not None and math.isfinite(value)]
        if not known or len(known) < len(values):
            return None
        if self.at_most is not None and (self.at_least is None or max(known) > self.at_most):
            return max(known)
        return min(known)

    def judged(
        self, found: Aggregated, evidence: Evidence, what: LocalizedText, more: Mapping[str, Any]
    ) -> Measurement:
        """The measurement for a number.

        Args:
            found: the number.
            evidence: what it was taken from.
            what: what it is, as the beginning of a sentence.
            more: further evidence.
        """
        passed = self.reached(found.value)
        asked = {name: getattr(self, name) for name in ("at_least", "at_most", "full_at")}
        return Measurement(
            score=self.share(found.value),
            passed=passed,
            message=self.message(what, found),
            evidence={
                "value": finite_or_none(found.value),
                **{k: v for k, v in asked.items() if v is not None},
                **more,
            },
            straddles=self._sides(found.low) != self._sides(found.high),
            findings=() if passed else self.explained(evidence),
        )

    def message(self, what: LocalizedText, found: Aggregated) -> LocalizedText:
        """The message for students: what was measured, and what was asked."""
        value = shown(found.value)
        known = value is not None
        asked_en, asked_es = [], []
        for bound, en, es in (
            (self.at_least, "at least", "al menos"),
            (self.at_most, "at most", "como máximo"),
            (self.full_at, "for all points", "para todos los puntos"),
        ):
            if bound is not None:
                asked_en.append(f"{en} {bound:g}")
                asked_es.append(f"{es} {bound:g}")
        return LocalizedText(
            f"{what.en} is {value if known else 'not there to be measured (or the training diverged)'}; asked: "
            f"{', '.join(asked_en)}.",
            f"{what.es} es {value if known else 'imposible de medir (o el entrenamiento divergió)'}; se pide: "
            f"{', '.join(asked_es)}.",
        )

    def _sides(self, value: float) -> tuple[bool, ...]:
        """On which side of each threshold a number is."""
        return (
            self.at_least is not None and value >= self.at_least,
            self.at_most is not None and value <= self.at_most,
            self.full_at is not None and self.share(value) >= 1,
        )


class Sampled(Bounded):
    """A check of a number that every training has for itself.

    Attributes:
        aggregate: how one number is made of those of all seeds; null: as the assignment says.
    """

    aggregate: Aggregate | None = None

    def over_seeds(
        self, evidence: Evidence, values: Sequence[float | None], what: LocalizedText, **more: Any
    ) -> Measurement:
        """The measurement for one number a training; None where it has none.

        Raises:
            Unmeasured: there is no training.
        """
        if not values:
            raise Unmeasured("there is no training to look at")
        aggregate = self.aggregate or evidence.aggregate
        found = aggregated(values, aggregate, higher=self.higher)
        word_en, word_es = AGGREGATES[aggregate]
        several = len(values) > 1
        what = LocalizedText(
            f"{what.en}{word_en}" if several else what.en, f"{what.es}{word_es}" if several else what.es
        )
        return self.judged(
            found, evidence, what, {"aggregate": aggregate, "seeds": len(values), **more, "per_seed": found.per_seed()}
        )


AGGREGATES: dict[Aggregate, tuple[str, str]] = {
    "median": (" (median over the seeds)", " (mediana sobre las semillas)"),
    "lower_bound": (" (worse end of the median's interval)", " (peor extremo del intervalo de la mediana)"),
    "mean": (" (mean over the seeds)", " (media sobre las semillas)"),
    "worst": (" (worst of the seeds)", " (la peor de las semillas)"),
}


def exactly(value: float) -> Aggregated:
    """A number that is the same for all seeds."""
    return Aggregated(value, value, value, ())


def shown(value: float) -> str | None:
    """A number in a sentence; None for one that is not finite."""
    return f"{value:.4g}" if math.isfinite(value) else None
