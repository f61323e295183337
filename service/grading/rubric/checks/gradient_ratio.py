"""A check of the ratio between the gradients of two layers."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from models.text import LocalizedText
from service.grading.rubric.checks import specimens
from service.grading.rubric.checks.base import Case, Examples
from service.grading.rubric.checks.bounded import Sampled
from service.grading.rubric.evidence import Evidence, Training
from service.grading.rubric.measurement import Measurement
from service.grading.rubric.trace import Epoch, LayerPosition, by_layer, layer_index


class GradientRatio(Sampled):
    """The gradient of one layer over that of another one.

    A layer is named ``first``, ``last`` (the output), by its place from the input (0, 1, …; -1 is the output) or as
    Keras names it. A network without such a layer fails.

    Attributes:
        source: the layer whose gradient is divided.
        to: the layer by whose gradient it is divided.
        epoch: after which epoch; 0 is the untrained network.
        quantity: the norm of the whole gradient, or the size of a typical entry, which compares layers of different
            size.
    """

    model_config = ConfigDict(serialize_by_alias=True)

    type: Literal["gradient_ratio"] = "gradient_ratio"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Whether the gradient of one layer is as large as that of another: small from first to last, it vanishes; "
        "large, it explodes.",
        "Si el gradiente de una capa es tan grande como el de otra: pequeño de la primera a la última, se desvanece; "
        "grande, explota.",
    )
    EXAMPLES: ClassVar[Examples] = Examples(
        {"type": "gradient_ratio", "from": "first", "to": "last", "epoch": 1, "at_least": 0.01, "points": 20},
        passes=Case(specimens.SOUND),
        fails=Case(specimens.VANISHING),
    )
    related: ClassVar[tuple[str, ...]] = ("vanishing_gradients", "exploding_gradients", "expected_attenuation")
    source: Annotated[LayerPosition, Field(alias="from")] = "first"
    to: LayerPosition = "last"
    epoch: Epoch = 1
    quantity: Literal["gradient_norm", "gradient_rms"] = "gradient_norm"

    def measure(self, evidence: Evidence) -> Measurement:
        """Measure the ratio in every training."""
        values = [self._ratio(training) for training in evidence.trainings]
        what = LocalizedText(
            f"The gradient of layer {self.source} over that of layer {self.to} at epoch {self.epoch}",
            f"El gradiente de la capa {self.source} entre el de la capa {self.to} en la época {self.epoch}",
        )
        return self.over_seeds(evidence, values, what, quantity=self.quantity)

    def _ratio(self, training: Training) -> float | None:
        names = training.record.trace.layers
        above, below = layer_index(self.source, names), layer_index(self.to, names)
        values = by_layer(training, self.quantity, self.epoch)
        if above is None or below is None:
            return None
        numerator, denominator = values[above], values[below]
        return None if numerator is None or not denominator else numerator / denominator
