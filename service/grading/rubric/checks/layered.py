"""Base class of checks of a number that every hidden layer has."""

from __future__ import annotations

from models.text import LocalizedText
from service.grading.rubric.checks.bounded import Sampled
from service.grading.rubric.evidence import Evidence, Training
from service.grading.rubric.measurement import Measurement
from service.grading.rubric.trace import Epoch, LayerPosition, by_layer, layer_index


class Layered(Sampled):
    """A check of a number that every hidden layer has. A network without hidden layers has the number 0.

    Attributes:
        layer: one layer, as in ``gradient_ratio``; null: every hidden one must keep the bounds.
        epoch: after which epoch; 0 is the untrained network, ``mean``: over all epochs.
    """

    layer: LayerPosition | None = None
    epoch: Epoch = "last"

    def of_hidden(self, evidence: Evidence, quantity: str, what: LocalizedText) -> Measurement:
        """Measure the number that breaks a bound most, in every training."""
        values = [self._value(training, quantity) for training in evidence.trainings]
        where = (
            ("every hidden layer", "cada capa oculta")
            if self.layer is None
            else (f"layer {self.layer}", f"la capa {self.layer}")
        )
        return self.over_seeds(evidence, values, LocalizedText(f"{what.en} of {where[0]}", f"{what.es} de {where[1]}"))

    def _value(self, training: Training, quantity: str) -> float | None:
        values = by_layer(training, quantity, self.epoch)
        if self.layer is not None:
            index = layer_index(self.layer, training.record.trace.layers)
            return None if index is None else values[index]
        return self.farthest(values[:-1]) if len(values) > 1 else None if training.diverged else 0.0
