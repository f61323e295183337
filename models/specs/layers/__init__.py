"""Specs of layers.

Left out everywhere: ``name``, ``dtype``, ``trainable`` and ``axis``; of ``dense`` ``lora_rank``, ``lora_alpha`` and
``quantization_config``, which are for tuning finished models; of ``batch_normalization`` the ``renorm`` family and
``synchronized``, which are for many devices; ``noise_shape`` and ``shared_axes``, which are for more than two
dimensions.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from models.specs import limits
from models.specs.layers.activating import ELU, Activation, LeakyReLU, ReLU, SoftmaxLayer
from models.specs.layers.base import LayerBase
from models.specs.layers.noise import AlphaDropout, Dropout, GaussianDropout, GaussianNoise
from models.specs.layers.weighted import BatchNormalization, Dense, LayerNormalization, PReLU
from models.specs.shorthand import Shorthand
from models.specs.spec import LIST
from models.text import LocalizedText


class Residual(LayerBase):
    """A block whose input is added to its output (He et al. 2016)."""

    type: Literal["residual"] = "residual"
    target: ClassVar[str] = "keras.layers.Add"
    layer_name: ClassVar[str] = "add"
    ours: ClassVar[frozenset[str]] = frozenset({"type", "repeat", "layers"})
    text: ClassVar[LocalizedText] = LocalizedText(
        "Adds the block's input to its output, so that gradients have a way around it; both must be equally wide.",
        "Suma la entrada del bloque a su salida, de modo que el gradiente tiene un atajo; ambas deben tener el mismo "
        "ancho.",
    )
    latex: ClassVar[str] = r"x+F(x)"
    layers: Annotated[tuple[LayerUnion, ...], LIST, Field(min_length=1, max_length=limits.MAX_LAYERS)]


LayerUnion = TypeAliasType(
    "LayerUnion",
    Annotated[
        Dense
        | Activation
        | BatchNormalization
        | LayerNormalization
        | Dropout
        | AlphaDropout
        | GaussianNoise
        | GaussianDropout
        | LeakyReLU
        | PReLU
        | ELU
        | ReLU
        | SoftmaxLayer
        | Residual,
        Field(discriminator="type"),
        Shorthand(LayerBase),
    ],
)

__all__ = [
    "ELU",
    "Activation",
    "AlphaDropout",
    "BatchNormalization",
    "Dense",
    "Dropout",
    "GaussianDropout",
    "GaussianNoise",
    "LayerBase",
    "LayerNormalization",
    "LayerUnion",
    "LeakyReLU",
    "PReLU",
    "ReLU",
    "Residual",
    "SoftmaxLayer",
]
