"""Specs of activations that are layers of their own."""

from __future__ import annotations

from typing import ClassVar, Literal

from models.specs.activations import ActivationUnion
from models.specs.layers.base import LayerBase
from models.specs.spec import NonNegative, Number
from models.text import LocalizedText


class Activation(LayerBase):
    """An activation on its own."""

    type: Literal["activation"] = "activation"
    target: ClassVar[str] = "keras.layers.Activation"
    layer_name: ClassVar[str] = "activation"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Applies an activation as a layer of its own, for instance after a normalization.",
        "Aplica una activación como capa aparte, por ejemplo tras una normalización.",
    )
    latex: ClassVar[str] = r"X' = f(X)"
    activation: ActivationUnion


class LeakyReLU(LayerBase):
    """leaky_relu as a layer."""

    type: Literal["leaky_relu"] = "leaky_relu"
    target: ClassVar[str] = "keras.layers.LeakyReLU"
    layer_name: ClassVar[str] = "leaky_re_lu"
    text: ClassVar[LocalizedText] = LocalizedText(
        "A ReLU that lets a little through below zero, as a layer; its default slope is 0.3.",
        "Una ReLU que deja pasar un poco por debajo de cero, como capa; su pendiente por defecto es 0.3.",
    )
    latex: ClassVar[str] = r"\max(x, \alpha x)"
    negative_slope: NonNegative = 0.3


class ELU(LayerBase):
    """elu as a layer."""

    type: Literal["elu"] = "elu"
    target: ClassVar[str] = "keras.layers.ELU"
    layer_name: ClassVar[str] = "elu"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Linear above zero, bends smoothly to -alpha below, as a layer.",
        "Lineal por encima de cero y suave hasta -alpha por debajo, como capa.",
    )
    latex: ClassVar[str] = r"x \text{ if } x > 0,\ \alpha(e^{x}-1) \text{ otherwise}"
    alpha: Number = 1.0


class ReLU(LayerBase):
    """relu as a layer."""

    type: Literal["relu"] = "relu"
    target: ClassVar[str] = "keras.layers.ReLU"
    layer_name: ClassVar[str] = "re_lu"
    text: ClassVar[LocalizedText] = LocalizedText(
        "The rectifier as a layer, with a cap, a slope below and a threshold if wanted.",
        "El rectificador como capa, con tope, pendiente inferior y umbral si se quiere.",
    )
    latex: ClassVar[str] = r"\max(0, x)"
    max_value: NonNegative | None = None
    negative_slope: NonNegative = 0.0
    threshold: NonNegative = 0.0


class SoftmaxLayer(LayerBase):
    """softmax as a layer."""

    type: Literal["softmax"] = "softmax"
    target: ClassVar[str] = "keras.layers.Softmax"
    layer_name: ClassVar[str] = "softmax"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Turns each row into probabilities that sum to 1, as a layer.",
        "Convierte cada fila en probabilidades que suman 1, como capa.",
    )
    latex: ClassVar[str] = r"\frac{e^{x_i}}{\sum_j e^{x_j}}"
