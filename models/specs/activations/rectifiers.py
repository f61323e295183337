"""Specs of rectifiers: activations that let positive inputs pass."""

from __future__ import annotations

from typing import ClassVar, Literal

from models.specs.activations.base import ActivationBase
from models.specs.spec import Number
from models.text import LocalizedText


class Relu(ActivationBase):
    """The rectifier."""

    type: Literal["relu"] = "relu"
    target: ClassVar[str] = "keras.activations.relu"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Keeps what is positive and drops the rest; does not saturate above zero. The usual choice with He's weights, "
        "but a unit that is never positive is dead.",
        "Conserva lo positivo y anula el resto; no se satura por encima de cero. Es lo habitual con pesos de He, pero "
        "una unidad que nunca es positiva está muerta.",
    )
    latex: ClassVar[str] = r"\max(0, x)"
    negative_slope: Number = 0.0
    max_value: Number | None = None
    threshold: Number = 0.0


class LeakyRelu(ActivationBase):
    """The rectifier with a small slope below zero."""

    type: Literal["leaky_relu"] = "leaky_relu"
    target: ClassVar[str] = "keras.activations.leaky_relu"
    text: ClassVar[LocalizedText] = LocalizedText(
        "A ReLU that lets a little through below zero, so that no unit can die.",
        "Una ReLU que deja pasar un poco por debajo de cero, de modo que ninguna unidad puede morir.",
    )
    latex: ClassVar[str] = r"\max(x, \alpha x)"
    negative_slope: Number = 0.2


class Relu6(ActivationBase):
    """The rectifier, capped at 6."""

    type: Literal["relu6"] = "relu6"
    target: ClassVar[str] = "keras.activations.relu6"
    text: ClassVar[LocalizedText] = LocalizedText(
        "A ReLU that stops at 6; made for arithmetic with few bits.",
        "Una ReLU que se detiene en 6; pensada para aritmética de pocos bits.",
    )
    latex: ClassVar[str] = r"\min(\max(0, x), 6)"


class Elu(ActivationBase):
    """The exponential linear unit."""

    type: Literal["elu"] = "elu"
    target: ClassVar[str] = "keras.activations.elu"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Linear above zero, bends smoothly to -alpha below: its mean is near zero and no unit dies. Costs an "
        "exponential.",
        "Lineal por encima de cero y suave hasta -alpha por debajo: media cercana a cero y sin unidades muertas. "
        "Cuesta una exponencial.",
    )
    latex: ClassVar[str] = r"x \text{ if } x > 0,\ \alpha(e^{x}-1) \text{ otherwise}"
    alpha: Number = 1.0


class Selu(ActivationBase):
    """The scaled exponential linear unit (Klambauer et al. 2017)."""

    type: Literal["selu"] = "selu"
    target: ClassVar[str] = "keras.activations.selu"
    text: ClassVar[LocalizedText] = LocalizedText(
        "An ELU scaled so that mean 0 and variance 1 survive from layer to layer. Use lecun_normal weights and scaled "
        "inputs; drop units with alpha_dropout only.",
        "Una ELU escalada para que media 0 y varianza 1 se conserven de capa en capa. Se usa con pesos lecun_normal y "
        "entradas escaladas, y solo con alpha_dropout.",
    )
    latex: ClassVar[str] = r"\lambda x \text{ if } x > 0,\ \lambda\alpha(e^{x}-1) \text{ otherwise}"


class Celu(ActivationBase):
    """The continuously differentiable exponential linear unit."""

    type: Literal["celu"] = "celu"
    target: ClassVar[str] = "keras.activations.celu"
    text: ClassVar[LocalizedText] = LocalizedText(
        "An ELU whose slope has no jump at zero, whatever alpha is.",
        "Una ELU cuya pendiente no salta en cero, sea cual sea alpha.",
    )
    latex: ClassVar[str] = r"\max(0, x) + \min(0, \alpha(e^{x/\alpha}-1))"
    alpha: Number = 1.0


class Gelu(ActivationBase):
    """The Gaussian error linear unit."""

    type: Literal["gelu"] = "gelu"
    target: ClassVar[str] = "keras.activations.gelu"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Weighs its input by the probability that a normal variable lies below it: a smooth ReLU, usual in "
        "transformers.",
        "Pondera la entrada por la probabilidad de que una variable normal quede por debajo: una ReLU suave, habitual "
        "en los transformers.",
    )
    latex: ClassVar[str] = r"x\,\Phi(x)"
    approximate: bool = False


class Silu(ActivationBase):
    """The sigmoid-weighted linear unit, also called swish."""

    type: Literal["silu"] = "silu"
    target: ClassVar[str] = "keras.activations.silu"
    aliases: ClassVar[tuple[str, ...]] = ("swish",)
    text: ClassVar[LocalizedText] = LocalizedText(
        "The input times its sigmoid: smooth, dips slightly below zero, and does not saturate above.",
        "La entrada por su sigmoide: suave, baja un poco de cero y no se satura por arriba.",
    )
    latex: ClassVar[str] = r"x\,\sigma(x)"


class Mish(ActivationBase):
    """A smooth rectifier that dips below zero (Misra 2019)."""

    type: Literal["mish"] = "mish"
    target: ClassVar[str] = "keras.activations.mish"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Much like silu, a little smoother and dearer; keeps small negative values.",
        "Parecida a silu, algo más suave y costosa; conserva valores negativos pequeños.",
    )
    latex: ClassVar[str] = r"x \tanh(\ln(1+e^{x}))"


class Softplus(ActivationBase):
    """The smooth rectifier."""

    type: Literal["softplus"] = "softplus"
    target: ClassVar[str] = "keras.activations.softplus"
    text: ClassVar[LocalizedText] = LocalizedText(
        "A smooth ReLU that is always positive: right for outputs such as rates or variances. Hidden layers drift, "
        "because its mean is far from zero.",
        "Una ReLU suave y siempre positiva: adecuada para salidas como tasas o varianzas. En capas ocultas la señal "
        "deriva, pues su media está lejos de cero.",
    )
    latex: ClassVar[str] = r"\ln(1+e^{x})"


class Squareplus(ActivationBase):
    """A smooth rectifier made of a square root."""

    type: Literal["squareplus"] = "squareplus"
    target: ClassVar[str] = "keras.activations.squareplus"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Looks like softplus but needs only a square root; b sets how round the corner is.",
        "Se parece a softplus pero solo necesita una raíz cuadrada; b fija lo redondo de la esquina.",
    )
    latex: ClassVar[str] = r"\frac{x+\sqrt{x^2+b}}{2}"
    b: Number = 4.0


class SparsePlus(ActivationBase):
    """A rectifier with a parabola for a corner."""

    type: Literal["sparse_plus"] = "sparse_plus"
    target: ClassVar[str] = "keras.activations.sparse_plus"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Exactly zero below -1, exactly linear above 1, a parabola between: smooth and still sparse.",
        "Exactamente cero por debajo de -1, lineal por encima de 1 y una parábola en medio: suave y aún dispersa.",
    )
    latex: ClassVar[str] = r"0 \text{ if } x \le -1,\ \tfrac14(x+1)^2 \text{ if } |x|<1,\ x \text{ otherwise}"


class HardSilu(ActivationBase):
    """silu, made of straight lines and a parabola."""

    type: Literal["hard_silu"] = "hard_silu"
    target: ClassVar[str] = "keras.activations.hard_silu"
    aliases: ClassVar[tuple[str, ...]] = ("hard_swish",)
    text: ClassVar[LocalizedText] = LocalizedText(
        "A cheap silu without exponentials: zero below -3, linear above 3.",
        "Una silu barata y sin exponenciales: cero por debajo de -3 y lineal por encima de 3.",
    )
    latex: ClassVar[str] = r"x \cdot \mathrm{clip}(x/6 + 1/2,\ 0,\ 1)"
