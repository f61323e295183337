"""A check that a submission beats the assignment's baseline, seed by seed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from models.non_finite import finite_or_none
from models.specs.encoding import goal
from models.specs.spec import NonNegative, Positive
from models.text import LocalizedText
from models.violation import Violation
from service.experiments.replicates.statistics import sign_test
from service.grading.rubric.checks import specimens
from service.grading.rubric.checks.base import Case, Check, Examples
from service.grading.rubric.checks.bounded import shown
from service.grading.rubric.checks.metric import MetricName, column
from service.grading.rubric.evidence import Evidence, Split, Training, Unmeasured
from service.grading.rubric.measurement import Measurement
from service.grading.rubric.samples import aggregated


class BeatsBaseline(Check):
    """How much better a metric is than that of the assignment's baseline, trained with the same seeds.

    What counts is the median of the differences, seed by seed, which keeps the luck of a seed out of it. A training
    that diverged loses against one that did not; two that diverged are a loss as well.

    Attributes:
        metric: ``loss``, or the type of a metric.
        split: on which rows.
        by: the least median difference that passes, in the metric's unit; 0: any gain.
        full_at: the difference from which on all points are given; null: where it is passed.
        level: the confidence of a sign test that the differences must have beside; null: none.
    """

    type: Literal["beats_baseline"] = "beats_baseline"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Whether it is better than the assignment's baseline, compared seed by seed.",
        "Si es mejor que la referencia de la tarea, comparando semilla a semilla.",
    )
    EXAMPLES: ClassVar[Examples] = Examples(
        {"type": "beats_baseline", "metric": "accuracy", "split": "test", "by": 0.05, "points": 20},
        passes=Case(specimens.SOUND, baseline=specimens.VANISHING),
        fails=Case(specimens.VANISHING, baseline=specimens.VANISHING),
    )
    related: ClassVar[tuple[str, ...]] = ("vanishing_gradients", "exploding_gradients", "no_learning")
    metric: MetricName
    split: Split = "test"
    by: NonNegative = 0.0
    full_at: Positive | None = None
    level: Annotated[float, Field(ge=0.5, lt=1)] | None = None

    def violations(self) -> Iterator[Violation]:
        """Require ``full_at`` to be greater than ``by``."""
        if self.full_at is not None and self.full_at <= self.by:
            yield Violation.at(("full_at",), f"must be greater than by, {self.by:g}, got {self.full_at:g}")

    @property
    def column(self) -> str:
        """The metric's name in the results of a job."""
        return column(self.metric)

    def measure(self, evidence: Evidence) -> Measurement:
        """Measure the differences, which are positive where the submission is better."""
        if len(evidence.baseline) < len(evidence.trainings) or not evidence.trainings:
            raise Unmeasured("the baseline has not been trained with all seeds")
        sign = -1.0 if goal(evidence.spec, self.column) == "min" else 1.0
        pairs = zip(evidence.trainings, evidence.baseline, strict=False)
        differences = [self._difference(own, other, sign) for own, other in pairs]
        found = aggregated(differences, evidence.aggregate, higher=True)
        known = [-math.inf if value is None else value for value in differences]
        signs = sign_test(known)
        sure = self.level is None or (signs is not None and signs.p_value <= 1 - self.level + 1e-12)
        passed = self._beats(found.value) and sure
        value = shown(found.value)
        return Measurement(
            score=self._share(found.value) if passed else 0.0,
            passed=passed,
            message=LocalizedText(
                f"{self.metric} is better than the baseline's by {value or 'nothing that could be measured'}"
                f"{'' if sure else ', which chance may explain'}; asked: {self._asked('more than 0', 'at least')}.",
                f"{self.metric} mejora la de la referencia en {value or 'nada que se pudiera medir'}"
                f"{'' if sure else ', lo que el azar puede explicar'}; se pide: "
                f"{self._asked('más de 0', 'al menos')}.",
            ),
            evidence={
                "value": finite_or_none(found.value),
                "by": self.by,
                "seeds": len(known),
                **({} if self.full_at is None else {"full_at": self.full_at}),
                **({} if signs is None else {"p_value": signs.p_value}),
                "per_seed": found.per_seed(),
            },
            straddles=self._sides(found.low) != self._sides(found.high),
            findings=() if passed else self.explained(evidence),
        )

    def _difference(self, own: Training, other: Training, sign: float) -> float | None:
        mine, theirs = self._value(own), self._value(other)
        if mine is None:
            return None
        return math.inf if theirs is None else sign * (mine - theirs)

    def _value(self, training: Training) -> float | None:
        return None if training.diverged else training.metrics.get(self.split, {}).get(self.column)

    def _beats(self, value: float) -> bool:
        return value >= self.by if self.by else value > 0

    def _share(self, value: float) -> float:
        if self.full_at is None:
            return 1.0
        return min(1.0, max(0.0, (value - self.by) / (self.full_at - self.by)))

    def _sides(self, value: float) -> tuple[bool, bool]:
        return self._beats(value), self.full_at is not None and value >= self.full_at

    def _asked(self, any_gain: str, least: str) -> str:
        return f"{least} {self.by:g}" if self.by else any_gain
