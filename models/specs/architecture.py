"""Defines the spec of a network's layers and of how their initializers are shared."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from models.specs import limits
from models.specs.layers import LayerUnion
from models.specs.spec import LIST, Spec


class ArchitectureSpec(Spec):
    """A feed-forward network; its input is as wide as the data.

    Attributes:
        layers: from the first after the input to the output.
        init_sharing: ``independent``: each layer draws its own first weights. ``shared``: layers that name the same
            unseeded initializer get one object, which in Keras 3 returns the same values every time.
    """

    layers: Annotated[tuple[LayerUnion, ...], LIST, Field(min_length=1, max_length=limits.MAX_LAYERS)]
    init_sharing: Literal["independent", "shared"] = "independent"
