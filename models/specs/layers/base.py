"""Defines the base class of layer specs."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from models.specs import limits
from models.specs.spec import WHOLE, Component


class LayerBase(Component):
    """A step from one (N, D) table to the next.

    Attributes:
        repeat: how many such layers stand one after the other, each with weights of its own.
        layer_name: how Keras names the first layer of this kind.
    """

    ours: ClassVar[frozenset[str]] = frozenset({"type", "repeat"})
    layer_name: ClassVar[str]
    repeat: Annotated[int, Field(ge=1, le=limits.MAX_REPEAT), WHOLE] = 1

    def width(self, inputs: int) -> int:
        """How many columns come out for ``inputs`` columns."""
        return inputs

    def parameters(self, inputs: int) -> tuple[int, int]:
        """How many numbers it trains, and how many it tracks."""
        del inputs
        return 0, 0
