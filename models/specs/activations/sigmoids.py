"""Specs of sigmoids: activations that saturate at both ends."""

from __future__ import annotations

from typing import ClassVar, Literal

from models.specs.activations.base import ActivationBase
from models.text import LocalizedText


class Sigmoid(ActivationBase):
    """The logistic function, onto (0, 1)."""

    type: Literal["sigmoid"] = "sigmoid"
    target: ClassVar[str] = "keras.activations.sigmoid"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Squeezes any number into (0, 1): the probability of a binary output. In hidden layers its slope of at most "
        "1/4 makes gradients vanish.",
        "Lleva cualquier número a (0, 1): la probabilidad de una salida binaria. En capas ocultas su pendiente, de "
        "1/4 como mucho, desvanece los gradientes.",
    )
    latex: ClassVar[str] = r"\frac{1}{1+e^{-x}}"


class Tanh(ActivationBase):
    """The hyperbolic tangent, onto (-1, 1)."""

    type: Literal["tanh"] = "tanh"
    target: ClassVar[str] = "keras.activations.tanh"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Squeezes into (-1, 1) and is centred on zero. Good in shallow networks with Glorot's weights; it saturates "
        "where its input is large.",
        "Lleva a (-1, 1) y está centrada en cero. Va bien en redes poco profundas con pesos de Glorot; se satura con "
        "entradas grandes.",
    )
    latex: ClassVar[str] = r"\tanh x"


class Softsign(ActivationBase):
    """A sigmoid shape with slow tails, onto (-1, 1)."""

    type: Literal["softsign"] = "softsign"
    target: ClassVar[str] = "keras.activations.softsign"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Like tanh, but approaches -1 and 1 slowly, so that it saturates later.",
        "Como tanh, pero se acerca despacio a -1 y 1, de modo que se satura más tarde.",
    )
    latex: ClassVar[str] = r"\frac{x}{1+|x|}"


class HardSigmoid(ActivationBase):
    """The sigmoid, made of straight lines."""

    type: Literal["hard_sigmoid"] = "hard_sigmoid"
    target: ClassVar[str] = "keras.activations.hard_sigmoid"
    text: ClassVar[LocalizedText] = LocalizedText(
        "A sigmoid of three straight pieces: cheap, but its gradient is exactly zero outside (-3, 3).",
        "Una sigmoide de tres trozos rectos: barata, pero su gradiente es exactamente cero fuera de (-3, 3).",
    )
    latex: ClassVar[str] = r"\mathrm{clip}(x/6 + 1/2,\ 0,\ 1)"


class HardTanh(ActivationBase):
    """The hyperbolic tangent, made of straight lines."""

    type: Literal["hard_tanh"] = "hard_tanh"
    target: ClassVar[str] = "keras.activations.hard_tanh"
    text: ClassVar[LocalizedText] = LocalizedText(
        "The identity, cut off at -1 and 1: cheap, but its gradient is exactly zero outside.",
        "La identidad, recortada en -1 y 1: barata, pero su gradiente es exactamente cero fuera.",
    )
    latex: ClassVar[str] = r"\mathrm{clip}(x,\ -1,\ 1)"


class SparseSigmoid(ActivationBase):
    """The sigmoid whose tails are exactly 0 and 1."""

    type: Literal["sparse_sigmoid"] = "sparse_sigmoid"
    target: ClassVar[str] = "keras.activations.sparse_sigmoid"
    text: ClassVar[LocalizedText] = LocalizedText(
        "A straight ramp from 0 at -1 to 1 at 1: a sigmoid that can say exactly never and exactly always.",
        "Una rampa recta de 0 en -1 a 1 en 1: una sigmoide que puede decir exactamente nunca y exactamente siempre.",
    )
    latex: ClassVar[str] = r"\mathrm{clip}((x+1)/2,\ 0,\ 1)"


class LogSigmoid(ActivationBase):
    """The logarithm of the sigmoid."""

    type: Literal["log_sigmoid"] = "log_sigmoid"
    target: ClassVar[str] = "keras.activations.log_sigmoid"
    text: ClassVar[LocalizedText] = LocalizedText(
        "The logarithm of a probability, computed without underflow; always negative.",
        "El logaritmo de una probabilidad, calculado sin perder precisión; siempre negativo.",
    )
    latex: ClassVar[str] = r"-\ln(1+e^{-x})"
