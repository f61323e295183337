"""A check of how the signal's variance changes through the untrained network."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from models.text import LocalizedText
from service.grading.rubric.checks import specimens
from service.grading.rubric.checks.base import Case, Examples
from service.grading.rubric.checks.bounded import Sampled
from service.grading.rubric.evidence import Evidence, Training
from service.grading.rubric.measurement import Measurement
from service.grading.rubric.trace import LayerPosition, by_layer, layer_index


class VarianceRatioAtInitialization(Sampled):
    """The signal's variance in one hidden layer over that in an earlier one, before the first step.

    The signal is what differs between rows. Layers are counted among the hidden ones: ``last`` is the last hidden
    layer. It is measured before training, so that a training that diverges later has it, too. A network in which the
    earlier layer passes nothing on fails.

    Attributes:
        source: the earlier layer, by whose variance it is divided.
        to: the later layer.
    """

    model_config = ConfigDict(serialize_by_alias=True)

    type: Literal["variance_ratio_at_initialization"] = "variance_ratio_at_initialization"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Whether the signal keeps its variance on its way through the untrained layers.",
        "Si la señal conserva su varianza al atravesar las capas sin entrenar.",
    )
    EXAMPLES: ClassVar[Examples] = Examples(
        {"type": "variance_ratio_at_initialization", "at_least": 0.05, "at_most": 20, "points": 15},
        passes=Case(specimens.SOUND),
        fails=Case(specimens.VANISHING),
    )
    related: ClassVar[tuple[str, ...]] = (
        "vanishing_gradients",
        "exploding_gradients",
        "saturated_units",
        "dead_units",
        "expected_attenuation",
        "initializer_pairing",
    )
    source: Annotated[LayerPosition, Field(alias="from")] = "first"
    to: LayerPosition = "last"

    def measure(self, evidence: Evidence) -> Measurement:
        """Measure the ratio in every training."""
        values = [self._ratio(training) for training in evidence.trainings]
        what = LocalizedText(
            f"The signal's variance in layer {self.to} over that in layer {self.source} before training",
            f"La varianza de la señal en la capa {self.to} entre la de la capa {self.source} antes de entrenar",
        )
        return self.over_seeds(evidence, values, what)

    def _ratio(self, training: Training) -> float | None:
        names = training.record.trace.layers[:-1]
        above, below = layer_index(self.to, names), layer_index(self.source, names)
        stds = by_layer(training, "signal_std", 0, diverged=True)
        if above is None or below is None:
            return None
        numerator, denominator = stds[above], stds[below]
        return None if numerator is None or not denominator else (numerator / denominator) ** 2
