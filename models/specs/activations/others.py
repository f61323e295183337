"""Specs of activations that are neither rectifiers nor sigmoids."""

from __future__ import annotations

from typing import ClassVar, Literal

from models.specs.activations.base import ActivationBase
from models.specs.spec import Number
from models.text import LocalizedText


class Linear(ActivationBase):
    """The identity."""

    type: Literal["linear"] = "linear"
    target: ClassVar[str] = "keras.activations.linear"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Passes its input on unchanged. Use it on the output for regression; hidden linear layers add no power.",
        "Deja pasar la entrada sin cambios. Se usa en la salida de una regresión; en capas ocultas no aporta nada.",
    )
    latex: ClassVar[str] = r"x"


class Exponential(ActivationBase):
    """The exponential."""

    type: Literal["exponential"] = "exponential"
    target: ClassVar[str] = "keras.activations.exponential"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Grows without bound: two or three such layers explode. At most for an output that must be positive.",
        "Crece sin límite: dos o tres capas así explotan. Como mucho, para una salida que deba ser positiva.",
    )
    latex: ClassVar[str] = r"e^{x}"


class Softmax(ActivationBase):
    """Turns a row into probabilities that sum to 1."""

    type: Literal["softmax"] = "softmax"
    target: ClassVar[str] = "keras.activations.softmax"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Turns a row of numbers into probabilities that sum to 1: the output for several classes. With one unit it is "
        "constantly 1.",
        "Convierte una fila de números en probabilidades que suman 1: la salida para varias clases. Con una sola "
        "unidad vale siempre 1.",
    )
    latex: ClassVar[str] = r"\frac{e^{x_i}}{\sum_j e^{x_j}}"


class LogSoftmax(ActivationBase):
    """The logarithm of softmax."""

    type: Literal["log_softmax"] = "log_softmax"
    target: ClassVar[str] = "keras.activations.log_softmax"
    text: ClassVar[LocalizedText] = LocalizedText(
        "The logarithms of softmax's probabilities, computed stably. The losses here expect probabilities or plain "
        "logits instead.",
        "Los logaritmos de las probabilidades de softmax, calculados de forma estable. Las pérdidas esperan más bien "
        "probabilidades o logits.",
    )
    latex: ClassVar[str] = r"x_i - \ln\sum_j e^{x_j}"


class Sparsemax(ActivationBase):
    """The projection of a row onto the probabilities (Martins & Astudillo 2016)."""

    type: Literal["sparsemax"] = "sparsemax"
    target: ClassVar[str] = "keras.activations.sparsemax"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Like softmax, but gives exactly zero to unlikely classes.",
        "Como softmax, pero da exactamente cero a las clases poco probables.",
    )
    latex: ClassVar[str] = r"\arg\min_{p \in \Delta} \lVert p - x \rVert^2"


class HardShrink(ActivationBase):
    """Zero around zero, the identity outside."""

    type: Literal["hard_shrink"] = "hard_shrink"
    target: ClassVar[str] = "keras.activations.hard_shrink"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Sets small values to zero and keeps the others as they are: for denoising.",
        "Anula los valores pequeños y conserva los demás tal cual: para quitar ruido.",
    )
    latex: ClassVar[str] = r"x \text{ if } |x| > \lambda,\ 0 \text{ otherwise}"
    threshold: Number = 0.5


class SoftShrink(ActivationBase):
    """Every value moved toward zero by a threshold."""

    type: Literal["soft_shrink"] = "soft_shrink"
    target: ClassVar[str] = "keras.activations.soft_shrink"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Moves every value toward zero by the threshold and small ones to zero: for sparse codes.",
        "Acerca cada valor a cero tanto como el umbral y anula los pequeños: para códigos dispersos.",
    )
    latex: ClassVar[str] = r"\mathrm{sign}(x)\,\max(|x|-\lambda, 0)"
    threshold: Number = 0.5


class TanhShrink(ActivationBase):
    """What tanh takes away."""

    type: Literal["tanh_shrink"] = "tanh_shrink"
    target: ClassVar[str] = "keras.activations.tanh_shrink"
    text: ClassVar[LocalizedText] = LocalizedText(
        "The input minus its tanh: almost nothing near zero, almost linear far away.",
        "La entrada menos su tanh: casi nada cerca de cero y casi lineal lejos.",
    )
    latex: ClassVar[str] = r"x - \tanh x"


class Threshold(ActivationBase):
    """The identity above a threshold, a constant below."""

    type: Literal["threshold"] = "threshold"
    target: ClassVar[str] = "keras.activations.threshold"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Keeps what is above the threshold and puts a fixed value in place of the rest.",
        "Conserva lo que supera el umbral y pone un valor fijo en lugar del resto.",
    )
    latex: ClassVar[str] = r"x \text{ if } x > \theta,\ v \text{ otherwise}"
    threshold: Number
    default_value: Number
