"""A check of a metric of the trained network."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from models.specs import limits
from models.specs.metrics import MetricBase
from models.specs.shorthand import spellings
from models.text import LocalizedText
from service.grading.rubric.checks import specimens
from service.grading.rubric.checks.base import Case, Examples
from service.grading.rubric.checks.bounded import Sampled
from service.grading.rubric.evidence import Evidence, Split
from service.grading.rubric.measurement import Measurement


def column(metric: str) -> str:
    """The column of a metric, which may be named by any of its spellings.

    Example:
        >>> column("MeanSquaredError"), column("loss")
        ('mse', 'loss')
    """
    return spellings(MetricBase).get(metric, metric)


MetricName = Annotated[str, Field(min_length=1, max_length=limits.MAX_TEXT)]


class MetricCheck(Sampled):
    """A metric of the trained network, on the rows that a student does not see if there are hidden ones.

    Attributes:
        metric: ``loss``, or the type of a metric. It is measured although the submission does not name it.
        split: on which rows.
    """

    type: Literal["metric"] = "metric"
    text: ClassVar[LocalizedText] = LocalizedText(
        "How good the trained network is: a metric with a floor or a ceiling, and full marks further on.",
        "Cómo de buena es la red entrenada: una métrica con un mínimo o un máximo, y todos los puntos más allá.",
    )
    EXAMPLES: ClassVar[Examples] = Examples(
        {"type": "metric", "metric": "accuracy", "split": "test", "at_least": 0.7, "full_at": 0.8, "points": 40},
        passes=Case(specimens.SOUND),
        fails=Case(specimens.VANISHING),
    )
    related: ClassVar[tuple[str, ...]] = (
        "exploding_gradients",
        "vanishing_gradients",
        "dead_units",
        "saturated_units",
        "small_updates",
        "learning_rate_band",
        "overfitting",
        "no_learning",
    )
    metric: MetricName
    split: Split = "test"

    @property
    def column(self) -> str:
        """The metric's name in the results of a job."""
        return column(self.metric)

    def measure(self, evidence: Evidence) -> Measurement:
        """Read the metric of every training; one that diverged has none."""
        values = [
            None if training.diverged else training.metrics.get(self.split, {}).get(self.column)
            for training in evidence.trainings
        ]
        rows = ("test", "evaluación") if self.split == "test" else ("training", "entrenamiento")
        what = LocalizedText(f"{self.metric} on the {rows[0]} rows", f"{self.metric} en las filas de {rows[1]}")
        return self.over_seeds(evidence, values, what, metric=self.metric, split=self.split)
