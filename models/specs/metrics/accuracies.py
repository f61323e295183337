"""Specs of accuracies."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from models.specs import limits
from models.specs.metrics.base import Encoding, Goal, MetricBase, Sparse
from models.specs.spec import WHOLE, Share
from models.text import LocalizedText

Places = Annotated[int, Field(ge=1, le=limits.MAX_CLASSES), WHOLE]


class Accuracy(MetricBase):
    """The share of right answers, of the kind that the shapes ask for."""

    type: Literal["accuracy"] = "accuracy"
    target: ClassVar[str] = "keras.metrics.Accuracy"
    aliases: ClassVar[tuple[str, ...]] = ("acc",)
    goal: ClassVar[Goal] = "max"
    text: ClassVar[LocalizedText] = LocalizedText(
        "The share of rows whose class is right; binary, categorical or sparse, as the output's shape asks.",
        "La proporción de filas cuya clase es correcta; binaria, categórica o dispersa según la forma de la salida.",
    )
    latex: ClassVar[str] = r"\frac1N\sum_i [\hat y_i=y_i]"

    def resolve(self, encoding: Encoding, units: int) -> MetricBase:
        """As Keras reads the word: one output is binary, class numbers are sparse, the rest is categorical."""
        if units == 1:
            return BinaryAccuracy()
        return SparseCategoricalAccuracy() if encoding == "index" else CategoricalAccuracy()


class BinaryAccuracy(MetricBase):
    """The share of outputs on the right side of a threshold."""

    type: Literal["binary_accuracy"] = "binary_accuracy"
    target: ClassVar[str] = "keras.metrics.BinaryAccuracy"
    goal: ClassVar[Goal] = "max"
    text: ClassVar[LocalizedText] = LocalizedText(
        "The share of outputs on the right side of the threshold.",
        "La proporción de salidas en el lado correcto del umbral.",
    )
    latex: ClassVar[str] = r"\frac1N\sum_i [[p_i>\theta]=y_i]"
    threshold: Share = 0.5


class CategoricalAccuracy(MetricBase):
    """The share of rows whose largest output is the right class, on one-hot rows."""

    type: Literal["categorical_accuracy"] = "categorical_accuracy"
    target: ClassVar[str] = "keras.metrics.CategoricalAccuracy"
    goal: ClassVar[Goal] = "max"
    text: ClassVar[LocalizedText] = LocalizedText(
        "The share of rows whose largest output stands at the one of the one-hot row.",
        "La proporción de filas cuya mayor salida coincide con el uno de la fila one-hot.",
    )
    latex: ClassVar[str] = r"\frac1N\sum_i [\arg\max p_i=\arg\max y_i]"


class SparseCategoricalAccuracy(Sparse):
    """The share of rows whose largest output is the right class, on class numbers."""

    type: Literal["sparse_categorical_accuracy"] = "sparse_categorical_accuracy"
    target: ClassVar[str] = "keras.metrics.SparseCategoricalAccuracy"
    goal: ClassVar[Goal] = "max"
    text: ClassVar[LocalizedText] = LocalizedText(
        "The share of rows whose largest output stands at the class's number.",
        "La proporción de filas cuya mayor salida está en el número de la clase.",
    )
    latex: ClassVar[str] = r"\frac1N\sum_i [\arg\max p_i=y_i]"


class TopK(MetricBase):
    """The share of rows whose class is among the k largest outputs."""

    type: Literal["top_k"] = "top_k"
    target: ClassVar[str] = "keras.metrics.TopKCategoricalAccuracy"
    aliases: ClassVar[tuple[str, ...]] = ("top_k_categorical_accuracy",)
    goal: ClassVar[Goal] = "max"
    text: ClassVar[LocalizedText] = LocalizedText(
        "The share of rows whose class is among the k largest outputs: for many classes.",
        "La proporción de filas cuya clase está entre las k mayores salidas: para muchas clases.",
    )
    latex: ClassVar[str] = r"\frac1N\sum_i [y_i \in \mathrm{top}_k(p_i)]"
    k: Places = 5

    def resolve(self, encoding: Encoding, units: int) -> MetricBase:
        """Class numbers have a metric of their own in Keras."""
        del units
        return SparseTopK(k=self.k) if encoding == "index" else self


class SparseTopK(Sparse):
    """The share of rows whose class is among the k largest outputs, on class numbers."""

    type: Literal["sparse_top_k"] = "sparse_top_k"
    target: ClassVar[str] = "keras.metrics.SparseTopKCategoricalAccuracy"
    aliases: ClassVar[tuple[str, ...]] = ("sparse_top_k_categorical_accuracy",)
    goal: ClassVar[Goal] = "max"
    text: ClassVar[LocalizedText] = LocalizedText(
        "The share of rows whose class number is among the k largest outputs.",
        "La proporción de filas cuyo número de clase está entre las k mayores salidas.",
    )
    latex: ClassVar[str] = r"\frac1N\sum_i [y_i \in \mathrm{top}_k(p_i)]"
    k: Places = 5
