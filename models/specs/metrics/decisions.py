"""Specs of metrics of binary decisions: AUC, precision, recall, F1."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from models.specs import limits
from models.specs.messages import counted
from models.specs.metrics.accuracies import Places
from models.specs.metrics.base import Encoding, Goal, MetricBase, SameShape
from models.specs.spec import LIST, WHOLE, Share
from models.text import LocalizedText

Index = Annotated[int, Field(ge=0, lt=limits.MAX_CLASSES), WHOLE]
Grid = Annotated[int, Field(ge=2, le=10_000), WHOLE]


class Auc(SameShape):
    """The area under a curve of thresholds."""

    type: Literal["auc"] = "auc"
    target: ClassVar[str] = "keras.metrics.AUC"
    goal: ClassVar[Goal] = "max"
    text: ClassVar[LocalizedText] = LocalizedText(
        "The chance that a row of the class scores above a row that is not of it; needs no threshold.",
        "La probabilidad de que una fila de la clase puntúe por encima de una que no lo es; no necesita umbral.",
    )
    latex: ClassVar[str] = r"\int_0^1 \mathrm{TPR}\,d\,\mathrm{FPR}"
    num_thresholds: Grid = 200
    curve: Literal["ROC", "PR"] = "ROC"
    summation_method: Literal["interpolation", "minoring", "majoring"] = "interpolation"
    thresholds: Annotated[tuple[Share, ...], LIST, Field(min_length=1, max_length=10_000)] | None = None
    multi_label: bool = False
    from_logits: bool = False


class Precision(SameShape):
    """The share of alarms that are right."""

    type: Literal["precision"] = "precision"
    target: ClassVar[str] = "keras.metrics.Precision"
    goal: ClassVar[Goal] = "max"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Of the rows called positive, the share that is: high where false alarms are dear.",
        "De las filas declaradas positivas, la proporción que lo es: importa cuando las falsas alarmas son caras.",
    )
    latex: ClassVar[str] = r"\frac{TP}{TP+FP}"
    thresholds: Share | None = None
    top_k: Places | None = None
    class_id: Index | None = None

    def refusal(self, encoding: Encoding, units: int, classes: int | None) -> str | None:
        """No more places and no other columns than there are outputs."""
        return super().refusal(encoding, units, classes) or _columns(self.top_k, self.class_id, units)


class Recall(SameShape):
    """The share of positives that are found."""

    type: Literal["recall"] = "recall"
    target: ClassVar[str] = "keras.metrics.Recall"
    goal: ClassVar[Goal] = "max"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Of the positive rows, the share that is found: high where a miss is dear.",
        "De las filas positivas, la proporción que se encuentra: importa cuando un fallo es caro.",
    )
    latex: ClassVar[str] = r"\frac{TP}{TP+FN}"
    thresholds: Share | None = None
    top_k: Places | None = None
    class_id: Index | None = None

    def refusal(self, encoding: Encoding, units: int, classes: int | None) -> str | None:
        """No more places and no other columns than there are outputs."""
        return super().refusal(encoding, units, classes) or _columns(self.top_k, self.class_id, units)


class F1(MetricBase):
    """The harmonic mean of precision and recall.

    Attributes:
        threshold: what counts as a yes; null: the largest output of a row, and 0.5 for a single output (where the
            largest would always be the only one).
    """

    type: Literal["f1"] = "f1"
    target: ClassVar[str] = "keras.metrics.F1Score"
    aliases: ClassVar[tuple[str, ...]] = ("f1_score",)
    goal: ClassVar[Goal] = "max"
    text: ClassVar[LocalizedText] = LocalizedText(
        "The harmonic mean of precision and recall: low as soon as one of them is.",
        "La media armónica de precisión y exhaustividad: baja en cuanto una de ellas lo es.",
    )
    latex: ClassVar[str] = r"2\,\frac{P\,R}{P+R}"
    average: Literal["micro", "macro", "weighted"] = "macro"
    threshold: Annotated[float, Field(gt=0, le=1)] | None = None

    def resolve(self, encoding: Encoding, units: int) -> MetricBase:
        """A single output needs a threshold."""
        del encoding
        return self.model_copy(update={"threshold": 0.5}) if units == 1 and self.threshold is None else self


def _columns(top_k: int | None, class_id: int | None, units: int) -> str | None:
    """Why these columns cannot be taken from so many outputs."""
    if top_k is not None and top_k > units:
        return f"top_k is {top_k}, the network has {counted(units, 'output')}"
    if class_id is not None and class_id >= units:
        return f"class_id is {class_id}, the network's outputs are numbered 0 to {units - 1}"
    return None
