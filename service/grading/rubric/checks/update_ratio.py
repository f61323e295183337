"""A check of the size of a step relative to the weights."""

from __future__ import annotations

from typing import ClassVar, Literal

from models.text import LocalizedText
from service.grading.rubric.checks import specimens
from service.grading.rubric.checks.base import Case, Examples
from service.grading.rubric.checks.bounded import Sampled
from service.grading.rubric.evidence import Evidence, Training
from service.grading.rubric.measurement import Measurement
from service.grading.rubric.trace import Epoch, LayerPosition, by_layer, layer_index


class UpdateRatio(Sampled):
    """By what share of its size a step changes a kernel.

    Attributes:
        layer: one layer; null: all of them must keep the bounds.
        epoch: after which epoch; ``mean``: over all epochs.
    """

    type: Literal["update_ratio"] = "update_ratio"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Whether steps change the weights by a sound share of their size, about a thousandth.",
        "Si los pasos cambian los pesos en una proporción sana de su tamaño, alrededor de una milésima.",
    )
    EXAMPLES: ClassVar[Examples] = Examples(
        {"type": "update_ratio", "at_least": 0.00001, "at_most": 0.3, "epoch": "mean", "points": 10},
        passes=Case(specimens.SOUND),
        fails=Case(specimens.STILL),
    )
    related: ClassVar[tuple[str, ...]] = ("small_updates", "large_updates", "learning_rate_band")
    layer: LayerPosition | None = None
    epoch: Epoch = "mean"

    def measure(self, evidence: Evidence) -> Measurement:
        """Measure the ratio that breaks a bound most, in every training."""
        values = [self._ratio(training) for training in evidence.trainings]
        where = ("every layer", "cada capa") if self.layer is None else (f"layer {self.layer}", f"la capa {self.layer}")
        what = LocalizedText(f"The update ratio of {where[0]}", f"La razón de actualización de {where[1]}")
        return self.over_seeds(evidence, values, what)

    def _ratio(self, training: Training) -> float | None:
        # Before the first step nothing has been updated.
        epoch = max(1, self.epoch) if isinstance(self.epoch, int) else self.epoch
        values = by_layer(training, "update_ratio", epoch)
        if self.layer is None:
            return self.farthest(values)
        index = layer_index(self.layer, training.record.trace.layers)
        return None if index is None else values[index]
