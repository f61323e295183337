"""Specs of metrics that are losses without penalties and weights."""

from __future__ import annotations

from typing import ClassVar, Literal

from models.specs.metrics.base import Encoding, Goal, MetricBase, SameShape, Sparse
from models.specs.spec import Int, Share
from models.text import LocalizedText


class PoissonMetric(MetricBase):
    """The negative log-likelihood of counts, up to a constant."""

    type: Literal["poisson"] = "poisson"
    target: ClassVar[str] = "keras.metrics.Poisson"
    goal: ClassVar[Goal] = "min"
    text: ClassVar[LocalizedText] = LocalizedText(
        "How badly the expected counts fit the counts.",
        "Lo mal que los recuentos esperados se ajustan a los observados.",
    )
    latex: ClassVar[str] = r"\frac1N\sum_i(\hat y_i-y_i\ln\hat y_i)"


class KlDivergenceMetric(MetricBase):
    """The Kullback-Leibler divergence."""

    type: Literal["kl_divergence"] = "kl_divergence"
    target: ClassVar[str] = "keras.metrics.KLDivergence"
    goal: ClassVar[Goal] = "min"
    text: ClassVar[LocalizedText] = LocalizedText(
        "The distance from predicted probabilities to target ones.",
        "La distancia entre las probabilidades predichas y las objetivo.",
    )
    latex: ClassVar[str] = r"\sum_k y_k\ln\frac{y_k}{p_k}"


class HingeMetric(MetricBase):
    """The distance to the right side of a margin."""

    type: Literal["hinge"] = "hinge"
    target: ClassVar[str] = "keras.metrics.Hinge"
    goal: ClassVar[Goal] = "min"
    text: ClassVar[LocalizedText] = LocalizedText(
        "How far outputs are from the right side of the margin.",
        "Lo lejos que están las salidas del lado correcto del margen.",
    )
    latex: ClassVar[str] = r"\max(0,1-y\hat y)"


class SquaredHingeMetric(MetricBase):
    """The hinge, squared."""

    type: Literal["squared_hinge"] = "squared_hinge"
    target: ClassVar[str] = "keras.metrics.SquaredHinge"
    goal: ClassVar[Goal] = "min"
    text: ClassVar[LocalizedText] = LocalizedText(
        "The hinge squared.",
        "La pérdida bisagra al cuadrado.",
    )
    latex: ClassVar[str] = r"\max(0,1-y\hat y)^2"


class CategoricalHingeMetric(MetricBase):
    """The margin between the right class and the best wrong one."""

    type: Literal["categorical_hinge"] = "categorical_hinge"
    target: ClassVar[str] = "keras.metrics.CategoricalHinge"
    goal: ClassVar[Goal] = "min"
    text: ClassVar[LocalizedText] = LocalizedText(
        "How far the right class is from beating every other one by 1.",
        "Lo que le falta a la clase correcta para superar a las demás en 1.",
    )
    latex: ClassVar[str] = r"\max(0,1+\max_{k\ne y}\hat y_k-\hat y_y)"


class BinaryCrossentropyMetric(SameShape):
    """The negative log-likelihood of a yes or no."""

    type: Literal["binary_crossentropy"] = "binary_crossentropy"
    target: ClassVar[str] = "keras.metrics.BinaryCrossentropy"
    aliases: ClassVar[tuple[str, ...]] = ("bce", "BCE")
    goal: ClassVar[Goal] = "min"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Cross-entropy without penalties and weights, to compare with the loss.",
        "Entropía cruzada sin penalizaciones ni pesos, para comparar con la pérdida.",
    )
    latex: ClassVar[str] = r"-y\ln p-(1-y)\ln(1-p)"
    from_logits: bool = False
    label_smoothing: Share = 0.0


class CategoricalCrossentropyMetric(SameShape):
    """The negative log-likelihood of one class among several."""

    type: Literal["categorical_crossentropy"] = "categorical_crossentropy"
    target: ClassVar[str] = "keras.metrics.CategoricalCrossentropy"
    goal: ClassVar[Goal] = "min"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Cross-entropy on one-hot rows, without penalties and weights.",
        "Entropía cruzada con filas one-hot, sin penalizaciones ni pesos.",
    )
    latex: ClassVar[str] = r"-\sum_k y_k\ln p_k"
    from_logits: bool = False
    label_smoothing: Share = 0.0


class SparseCategoricalCrossentropyMetric(Sparse):
    """The negative log-likelihood of a class number."""

    type: Literal["sparse_categorical_crossentropy"] = "sparse_categorical_crossentropy"
    target: ClassVar[str] = "keras.metrics.SparseCategoricalCrossentropy"
    goal: ClassVar[Goal] = "min"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Cross-entropy on class numbers, without penalties and weights.",
        "Entropía cruzada con números de clase, sin penalizaciones ni pesos.",
    )
    latex: ClassVar[str] = r"-\ln p_y"
    from_logits: bool = False
    ignore_class: Int | None = None

    def refusal(self, encoding: Encoding, units: int, classes: int | None) -> str | None:
        """There is an output for each class."""
        if refused := super().refusal(encoding, units, classes):
            return refused
        few = classes is not None and units < classes
        return f"needs an output for each of {classes} classes, the network has {units}" if few else None
