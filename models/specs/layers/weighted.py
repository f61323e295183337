"""Specs of layers with weights."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from models.specs import limits
from models.specs.activations import ActivationUnion
from models.specs.constraints import ConstraintUnion
from models.specs.initializers import GlorotUniform, InitializerUnion, Ones, Zeros
from models.specs.layers.base import LayerBase
from models.specs.regularizers import RegularizerUnion
from models.specs.spec import WHOLE, NonNegative, Share
from models.text import LocalizedText

Units = Annotated[int, Field(ge=1, le=limits.MAX_UNITS), WHOLE]


class Dense(LayerBase):
    """Every unit reads every input."""

    type: Literal["dense"] = "dense"
    target: ClassVar[str] = "keras.layers.Dense"
    layer_name: ClassVar[str] = "dense"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Each unit weighs all inputs, adds its bias and applies the activation: the building block.",
        "Cada unidad pondera todas las entradas, suma su sesgo y aplica la activación: la pieza básica.",
    )
    latex: ClassVar[str] = r"X' = f(XA+B)"
    units: Units
    activation: ActivationUnion | None = None
    use_bias: bool = True
    kernel_initializer: InitializerUnion = GlorotUniform()
    bias_initializer: InitializerUnion = Zeros()
    kernel_regularizer: RegularizerUnion | None = None
    bias_regularizer: RegularizerUnion | None = None
    activity_regularizer: RegularizerUnion | None = None
    kernel_constraint: ConstraintUnion | None = None
    bias_constraint: ConstraintUnion | None = None

    def width(self, inputs: int) -> int:
        """Its units."""
        del inputs
        return self.units

    def parameters(self, inputs: int) -> tuple[int, int]:
        """The kernel, and a bias a unit."""
        return inputs * self.units + (self.units if self.use_bias else 0), 0


class BatchNormalization(LayerBase):
    """Each column to mean 0 and variance 1 over the batch (Ioffe & Szegedy 2015)."""

    type: Literal["batch_normalization"] = "batch_normalization"
    target: ClassVar[str] = "keras.layers.BatchNormalization"
    layer_name: ClassVar[str] = "batch_normalization"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Centres and scales each unit over the batch, then learns a new centre and scale; keeps deep signals alive. It "
        "predicts with a moving average.",
        "Centra y escala cada unidad sobre el lote y aprende un nuevo centro y escala; mantiene viva la señal "
        "profunda. Predice con una media móvil.",
    )
    latex: ClassVar[str] = r"\gamma\frac{x-\mu}{\sqrt{\sigma^2+\epsilon}}+\beta"
    momentum: Share = 0.99
    epsilon: NonNegative = 0.001
    center: bool = True
    scale: bool = True
    beta_initializer: InitializerUnion = Zeros()
    gamma_initializer: InitializerUnion = Ones()
    moving_mean_initializer: InitializerUnion = Zeros()
    moving_variance_initializer: InitializerUnion = Ones()
    beta_regularizer: RegularizerUnion | None = None
    gamma_regularizer: RegularizerUnion | None = None
    beta_constraint: ConstraintUnion | None = None
    gamma_constraint: ConstraintUnion | None = None

    def parameters(self, inputs: int) -> tuple[int, int]:
        """Centre and scale are trained, mean and variance tracked."""
        return inputs * (self.center + self.scale), 2 * inputs


class LayerNormalization(LayerBase):
    """Each row to mean 0 and variance 1 over its columns (Ba et al. 2016)."""

    type: Literal["layer_normalization"] = "layer_normalization"
    target: ClassVar[str] = "keras.layers.LayerNormalization"
    layer_name: ClassVar[str] = "layer_normalization"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Centres and scales each row over its units: needs no batch and predicts as it trains.",
        "Centra y escala cada fila sobre sus unidades: no depende del lote y predice igual que entrena.",
    )
    latex: ClassVar[str] = r"\gamma\frac{x-\mu_x}{\sqrt{\sigma_x^2+\epsilon}}+\beta"
    epsilon: NonNegative = 0.001
    center: bool = True
    scale: bool = True
    beta_initializer: InitializerUnion = Zeros()
    gamma_initializer: InitializerUnion = Ones()
    beta_regularizer: RegularizerUnion | None = None
    gamma_regularizer: RegularizerUnion | None = None
    beta_constraint: ConstraintUnion | None = None
    gamma_constraint: ConstraintUnion | None = None

    def parameters(self, inputs: int) -> tuple[int, int]:
        """Centre and scale."""
        return inputs * (self.center + self.scale), 0


class PReLU(LayerBase):
    """A rectifier that learns its slope below zero (He et al. 2015)."""

    type: Literal["prelu"] = "prelu"
    target: ClassVar[str] = "keras.layers.PReLU"
    layer_name: ClassVar[str] = "p_re_lu"
    text: ClassVar[LocalizedText] = LocalizedText(
        "A leaky ReLU whose slope below zero is learnt, one for each unit.",
        "Una ReLU con fuga cuya pendiente bajo cero se aprende, una por unidad.",
    )
    latex: ClassVar[str] = r"\max(0,x)+\alpha_i\min(0,x)"
    alpha_initializer: InitializerUnion = Zeros()
    alpha_regularizer: RegularizerUnion | None = None
    alpha_constraint: ConstraintUnion | None = None

    def parameters(self, inputs: int) -> tuple[int, int]:
        """A slope a unit."""
        return inputs, 0
