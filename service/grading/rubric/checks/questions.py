"""Defines the questions about an author's own training whose answers can be measured."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from models.specs.spec import NonNegative, Spec
from service.grading.rubric.checks.metric import MetricName, column
from service.grading.rubric.evidence import Split, Training
from service.grading.rubric.samples import plain
from service.grading.rubric.trace import Epoch, by_layer, layer_index

LayerQuantity = Literal[
    "gradient_norm",
    "gradient_rms",
    "delta_rms",
    "weight_norm",
    "update_ratio",
    "activation_std",
    "signal_std",
    "saturated_fraction",
    "dead_fraction",
]


class Question(Spec):
    """Something that an author is asked about the own training."""

    type: str

    @abstractmethod
    def truth(self, training: Training) -> Any:
        """The answer for one training; None where it has none."""

    def fits(self, answer: Any, training: Training) -> bool:
        """Whether an answer is right for one training."""
        truth = self.truth(training)
        if isinstance(answer, str) and isinstance(truth, str):
            return answer.strip().casefold() == truth.casefold()
        return truth is not None and type(answer) is type(truth) and bool(answer == truth)


class ExtremeLayer(Question):
    """Which layer with a kernel has the smallest or the largest value of a quantity.

    The answer is the layer's name, or its place from the input (0, 1, …; -1 is the output).

    Attributes:
        quantity: of the trace.
        extreme: which one.
        epoch: after which epoch.
    """

    type: Literal["extreme_layer"] = "extreme_layer"
    quantity: LayerQuantity = "gradient_norm"
    extreme: Literal["smallest", "largest"] = "smallest"
    epoch: Epoch = "last"

    def truth(self, training: Training) -> str | None:
        """The layer's name."""
        values = by_layer(training, self.quantity, self.epoch)
        known = [
            (value, name) for value, name in zip(values, training.record.trace.layers, strict=True) if value is not None
        ]
        if not known or len(known) < len(values):
            return None
        choose = min if self.extreme == "smallest" else max
        return choose(known, key=lambda pair: pair[0])[1]

    def fits(self, answer: Any, training: Training) -> bool:
        """A number is read as the name of the layer at this position."""
        names = training.record.trace.layers
        if isinstance(answer, int) and not isinstance(answer, bool):
            index = layer_index(answer, names)
            return index is not None and names[index] == self.truth(training)
        return super().fits(answer, training)


class Verdict(Question):
    """What the diagnosis calls the training: the code of its gravest cause, or ``healthy``."""

    type: Literal["verdict"] = "verdict"

    def truth(self, training: Training) -> str:
        """The verdict."""
        return training.diagnosis.verdict


class ParameterCount(Question):
    """How many numbers the network has.

    Attributes:
        counted: all of them, those that are trained, or those that are only tracked.
    """

    type: Literal["parameter_count"] = "parameter_count"
    counted: Literal["total", "trainable", "non_trainable"] = "total"

    def truth(self, training: Training) -> int:
        """The counted number."""
        return training.parameters[self.counted]

    def fits(self, answer: Any, training: Training) -> bool:
        """5.0 is as right as 5: JSON has one kind of number."""
        return _is_number(answer) and bool(answer == self.truth(training))


class MetricValue(Question):
    """What a metric is at the end.

    Attributes:
        metric: ``loss``, or the type of a metric.
        split: on which rows.
        tolerance: how far off an answer may be.
    """

    type: Literal["metric_value"] = "metric_value"
    metric: MetricName
    split: Split = "train"
    tolerance: NonNegative = 0.02

    @property
    def column(self) -> str:
        """The metric's name in the results of a job."""
        return column(self.metric)

    def truth(self, training: Training) -> float | None:
        """The metric's value."""
        return None if training.diverged else training.metrics.get(self.split, {}).get(self.column)

    def fits(self, answer: Any, training: Training) -> bool:
        """Whether the answer is within the tolerance."""
        truth = self.truth(training)
        return truth is not None and _is_number(answer) and bool(plain(abs(answer - plain(truth))) <= self.tolerance)


QuestionUnion = TypeAliasType(
    "QuestionUnion",
    Annotated[ExtremeLayer | Verdict | ParameterCount | MetricValue, Field(discriminator="type")],
)


def _is_number(answer: Any) -> bool:
    return isinstance(answer, int | float) and not isinstance(answer, bool)
