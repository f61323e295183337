"""Specs of initializers: distributions of the first weights.

Left out: ``stft``, which fills convolutions; and the arguments ``input_axes`` and ``output_axes``, because a dense
kernel has one of each.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from models.specs.shorthand import Shorthand
from models.specs.spec import Component, NonNegative, Number, Positive, Seed
from models.text import LocalizedText
from models.violation import Violation


class InitializerBase(Component):
    """A rule for a variable's first values.

    Attributes:
        matrix_only: whether it needs two dimensions and so cannot fill a bias.
    """

    matrix_only: ClassVar[bool] = False


class Seeded(InitializerBase):
    """An initializer that draws; without a seed of its own the job's seed decides."""

    seed: Seed | None = None


class Zeros(InitializerBase):
    """All 0."""

    type: Literal["zeros"] = "zeros"
    target: ClassVar[str] = "keras.initializers.Zeros"
    aliases: ClassVar[tuple[str, ...]] = ("zero",)
    text: ClassVar[LocalizedText] = LocalizedText(
        "Sets everything to 0: right for biases. In a hidden kernel all units stay alike for ever.",
        "Pone todo a 0: lo correcto para los sesgos. En un núcleo oculto todas las unidades quedan iguales para "
        "siempre.",
    )
    latex: ClassVar[str] = r"w = 0"


class Ones(InitializerBase):
    """All 1."""

    type: Literal["ones"] = "ones"
    target: ClassVar[str] = "keras.initializers.Ones"
    aliases: ClassVar[tuple[str, ...]] = ("one",)
    text: ClassVar[LocalizedText] = LocalizedText(
        "Sets everything to 1: the usual start of a normalization's scale. Hidden units that start so stay alike.",
        "Pone todo a 1: el inicio habitual de la escala de una normalización. Un núcleo oculto de unos tiene unidades "
        "idénticas.",
    )
    latex: ClassVar[str] = r"w = 1"


class Constant(InitializerBase):
    """All the same number."""

    type: Literal["constant"] = "constant"
    target: ClassVar[str] = "keras.initializers.Constant"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Sets everything to one value, for instance an output bias at the targets' mean. Not for hidden kernels.",
        "Pone todo al mismo valor, por ejemplo un sesgo de salida en la media de los objetivos. No para núcleos "
        "ocultos.",
    )
    latex: ClassVar[str] = r"w = c"
    value: Number = 0.0


class RandomNormal(Seeded):
    """Independent normal draws."""

    type: Literal["random_normal"] = "random_normal"
    target: ClassVar[str] = "keras.initializers.RandomNormal"
    aliases: ClassVar[tuple[str, ...]] = ("normal",)
    text: ClassVar[LocalizedText] = LocalizedText(
        "Draws from a normal distribution of fixed width, whatever the layer's size: signals grow or shrink with "
        "depth unless the width happens to fit.",
        "Sortea de una normal de anchura fija, sea cual sea el tamaño de la capa: la señal crece o se apaga con la "
        "profundidad salvo que la anchura acierte.",
    )
    latex: ClassVar[str] = r"w \sim \mathcal{N}(\mu, \sigma^2)"
    mean: Number = 0.0
    stddev: NonNegative = 0.05


class RandomUniform(Seeded):
    """Independent uniform draws."""

    type: Literal["random_uniform"] = "random_uniform"
    target: ClassVar[str] = "keras.initializers.RandomUniform"
    aliases: ClassVar[tuple[str, ...]] = ("uniform",)
    text: ClassVar[LocalizedText] = LocalizedText(
        "Draws evenly between two bounds, whatever the layer's size. Bounds that are not symmetric around 0 push all "
        "units the same way and saturate them.",
        "Sortea por igual entre dos cotas, sea cual sea el tamaño de la capa. Si las cotas no son simétricas respecto "
        "a 0, empujan todas las unidades al mismo lado y las saturan.",
    )
    latex: ClassVar[str] = r"w \sim \mathcal{U}(a, b)"
    minval: Number = -0.05
    maxval: Number = 0.05

    def violations(self) -> Iterator[Violation]:
        """The lower bound lies below the upper one."""
        if self.minval > self.maxval:
            yield Violation.at(("minval",), f"minval {self.minval:g} is greater than maxval {self.maxval:g}")


class TruncatedNormal(Seeded):
    """Normal draws within two standard deviations."""

    type: Literal["truncated_normal"] = "truncated_normal"
    target: ClassVar[str] = "keras.initializers.TruncatedNormal"
    text: ClassVar[LocalizedText] = LocalizedText(
        "A normal distribution without its tails: values beyond two standard deviations are drawn again.",
        "Una normal sin colas: los valores a más de dos desviaciones típicas se sortean de nuevo.",
    )
    latex: ClassVar[str] = r"w \sim \mathcal{N}(\mu, \sigma^2),\ |w-\mu| \le 2\sigma"
    mean: Number = 0.0
    stddev: NonNegative = 0.05


class VarianceScaling(Seeded):
    """Draws whose variance follows the layer's size; Glorot, He and LeCun are its special cases."""

    type: Literal["variance_scaling"] = "variance_scaling"
    target: ClassVar[str] = "keras.initializers.VarianceScaling"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Draws with variance scale / n, where n counts the layer's inputs, outputs or their mean: the general form of "
        "Glorot, He and LeCun.",
        "Sortea con varianza scale / n, donde n cuenta las entradas, las salidas o su media: la forma general de "
        "Glorot, He y LeCun.",
    )
    latex: ClassVar[str] = r"\mathrm{Var}(w) = s / n"
    scale: Positive = 1.0
    mode: Literal["fan_in", "fan_out", "fan_avg"] = "fan_in"
    distribution: Literal["truncated_normal", "untruncated_normal", "uniform"] = "truncated_normal"


class GlorotUniform(Seeded):
    """Uniform with variance 2 / (fan_in + fan_out) (Glorot & Bengio 2010)."""

    type: Literal["glorot_uniform"] = "glorot_uniform"
    target: ClassVar[str] = "keras.initializers.GlorotUniform"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Balances the forward signal and the backward gradient: Keras's default, made for tanh and softmax.",
        "Equilibra la señal hacia delante y el gradiente hacia atrás: la opción por defecto de Keras, pensada para "
        "tanh y softmax.",
    )
    latex: ClassVar[str] = r"w \sim \mathcal{U}(-r, r),\ r = \sqrt{6/(n_{in}+n_{out})}"


class GlorotNormal(Seeded):
    """Truncated normal with variance 2 / (fan_in + fan_out) (Glorot & Bengio 2010)."""

    type: Literal["glorot_normal"] = "glorot_normal"
    target: ClassVar[str] = "keras.initializers.GlorotNormal"
    text: ClassVar[LocalizedText] = LocalizedText(
        "The normal twin of glorot_uniform: same variance, for tanh, sigmoid and softmax.",
        "La versión normal de glorot_uniform: la misma varianza, para tanh, sigmoide y softmax.",
    )
    latex: ClassVar[str] = r"\mathrm{Var}(w) = 2/(n_{in}+n_{out})"


class HeUniform(Seeded):
    """Uniform with variance 2 / fan_in (He et al. 2015)."""

    type: Literal["he_uniform"] = "he_uniform"
    target: ClassVar[str] = "keras.initializers.HeUniform"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Makes up for the half that ReLU throws away: keeps the signal's size in deep ReLU networks.",
        "Compensa la mitad que descarta ReLU: conserva el tamaño de la señal en redes ReLU profundas.",
    )
    latex: ClassVar[str] = r"w \sim \mathcal{U}(-r, r),\ r = \sqrt{6/n_{in}}"


class HeNormal(Seeded):
    """Truncated normal with variance 2 / fan_in (He et al. 2015)."""

    type: Literal["he_normal"] = "he_normal"
    target: ClassVar[str] = "keras.initializers.HeNormal"
    text: ClassVar[LocalizedText] = LocalizedText(
        "The normal twin of he_uniform: for ReLU and its relatives.",
        "La versión normal de he_uniform: para ReLU y sus parientes.",
    )
    latex: ClassVar[str] = r"\mathrm{Var}(w) = 2/n_{in}"


class LecunUniform(Seeded):
    """Uniform with variance 1 / fan_in (LeCun et al. 1998)."""

    type: Literal["lecun_uniform"] = "lecun_uniform"
    target: ClassVar[str] = "keras.initializers.LecunUniform"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Keeps the variance of a linear layer's signal: for SELU, drawn evenly.",
        "Conserva la varianza de la señal de una capa lineal: para SELU, con sorteo uniforme.",
    )
    latex: ClassVar[str] = r"w \sim \mathcal{U}(-r, r),\ r = \sqrt{3/n_{in}}"


class LecunNormal(Seeded):
    """Truncated normal with variance 1 / fan_in (LeCun et al. 1998)."""

    type: Literal["lecun_normal"] = "lecun_normal"
    target: ClassVar[str] = "keras.initializers.LecunNormal"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Keeps the variance of a linear layer's signal: what SELU was designed with.",
        "Conserva la varianza de la señal de una capa lineal: con ella se diseñó SELU.",
    )
    latex: ClassVar[str] = r"\mathrm{Var}(w) = 1/n_{in}"


class Orthogonal(Seeded):
    """A random orthogonal matrix (Saxe et al. 2014)."""

    type: Literal["orthogonal"] = "orthogonal"
    target: ClassVar[str] = "keras.initializers.Orthogonal"
    aliases: ClassVar[tuple[str, ...]] = ("OrthogonalInitializer",)
    matrix_only: ClassVar[bool] = True
    text: ClassVar[LocalizedText] = LocalizedText(
        "Rotates the signal without stretching it: the longest-lived start for deep linear and tanh networks.",
        "Gira la señal sin estirarla: el inicio que más dura en redes profundas lineales o con tanh.",
    )
    latex: ClassVar[str] = r"W^{\top} W = g^2 I"
    gain: Number = 1.0


class Identity(InitializerBase):
    """The identity matrix."""

    type: Literal["identity"] = "identity"
    target: ClassVar[str] = "keras.initializers.Identity"
    aliases: ClassVar[tuple[str, ...]] = ("IdentityInitializer",)
    matrix_only: ClassVar[bool] = True
    text: ClassVar[LocalizedText] = LocalizedText(
        "Copies each input to the unit of the same place: a layer that starts by doing nothing.",
        "Copia cada entrada a la unidad del mismo lugar: una capa que empieza sin hacer nada.",
    )
    latex: ClassVar[str] = r"W = g I"
    gain: Number = 1.0


InitializerUnion = TypeAliasType(
    "InitializerUnion",
    Annotated[
        Zeros
        | Ones
        | Constant
        | RandomNormal
        | RandomUniform
        | TruncatedNormal
        | VarianceScaling
        | GlorotUniform
        | GlorotNormal
        | HeUniform
        | HeNormal
        | LecunUniform
        | LecunNormal
        | Orthogonal
        | Identity,
        Field(discriminator="type"),
        Shorthand(InitializerBase),
    ],
)
