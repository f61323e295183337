"""Specs of layers that add noise while training, and do nothing afterwards."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from models.specs.layers.base import LayerBase
from models.specs.spec import Seed, Share
from models.text import LocalizedText


class Dropout(LayerBase):
    """Some inputs set to zero while training (Srivastava et al. 2014)."""

    type: Literal["dropout"] = "dropout"
    target: ClassVar[str] = "keras.layers.Dropout"
    layer_name: ClassVar[str] = "dropout"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Drops a share of the units at random in every training step: against overfitting; not for tiny layers.",
        "Apaga al azar una parte de las unidades en cada paso de entrenamiento: contra el sobreajuste; no para capas "
        "diminutas.",
    )
    latex: ClassVar[str] = r"x\,m/(1-p),\ m \sim \mathrm{Bernoulli}(1-p)"
    rate: Share
    seed: Seed | None = None


class AlphaDropout(LayerBase):
    """Dropout that keeps mean and variance of SELU's outputs (Klambauer et al. 2017)."""

    type: Literal["alpha_dropout"] = "alpha_dropout"
    target: ClassVar[str] = "keras.layers.AlphaDropout"
    layer_name: ClassVar[str] = "alpha_dropout"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Dropout for SELU networks: keeps mean and variance as they were.",
        "Dropout para redes SELU: conserva la media y la varianza.",
    )
    latex: ClassVar[str] = r"a\,(x\,m+\alpha'(1-m))+b"
    rate: Annotated[float, Field(ge=0, lt=1)]
    seed: Seed | None = None


class GaussianNoise(LayerBase):
    """Normal noise added while training."""

    type: Literal["gaussian_noise"] = "gaussian_noise"
    target: ClassVar[str] = "keras.layers.GaussianNoise"
    layer_name: ClassVar[str] = "gaussian_noise"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Adds normal noise while training: makes a network less sure of its inputs.",
        "Suma ruido normal al entrenar: hace que la red se fíe menos de sus entradas.",
    )
    latex: ClassVar[str] = r"x+\sigma\varepsilon"
    stddev: Share
    seed: Seed | None = None


class GaussianDropout(LayerBase):
    """Inputs multiplied by normal noise while training."""

    type: Literal["gaussian_dropout"] = "gaussian_dropout"
    target: ClassVar[str] = "keras.layers.GaussianDropout"
    layer_name: ClassVar[str] = "gaussian_dropout"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Multiplies by noise around 1 while training: a soft kind of dropout.",
        "Multiplica por un ruido alrededor de 1 al entrenar: un dropout suave.",
    )
    latex: ClassVar[str] = r"x\,(1+\sqrt{p/(1-p)}\,\varepsilon)"
    rate: Annotated[float, Field(ge=0, lt=1)]
    seed: Seed | None = None
