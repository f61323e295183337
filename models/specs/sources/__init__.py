"""Specs of data sources.

Left out: ``return_X_y``, ``as_frame``, ``coef`` of ``regression`` and ``return_centers``, which change the form of the
answer and not the data; arrays for ``shift`` and ``scale`` of ``classification``.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypeAliasType

from models.specs.shorthand import Shorthand
from models.specs.sources.base import Generated, Label, SourceBase
from models.specs.sources.clusters import Blobs, Classification, Gaussian
from models.specs.sources.inline import Inline
from models.specs.sources.planar import Circles, Moons, TwoSpirals, Xor
from models.specs.sources.regressive import Friedman1, LinearTarget, Regression
from models.specs.sources.tables import BreastCancer, Diabetes, Digits, Iris, Wine

SourceUnion = TypeAliasType(
    "SourceUnion",
    Annotated[
        Circles
        | Moons
        | Blobs
        | TwoSpirals
        | Xor
        | Gaussian
        | Classification
        | Regression
        | Friedman1
        | LinearTarget
        | Iris
        | Wine
        | BreastCancer
        | Digits
        | Diabetes
        | Inline,
        Field(discriminator="type"),
        Shorthand(SourceBase),
    ],
)

__all__ = [
    "Blobs",
    "BreastCancer",
    "Circles",
    "Classification",
    "Diabetes",
    "Digits",
    "Friedman1",
    "Gaussian",
    "Generated",
    "Inline",
    "Iris",
    "Label",
    "LinearTarget",
    "Moons",
    "Regression",
    "SourceBase",
    "SourceUnion",
    "TwoSpirals",
    "Wine",
    "Xor",
]
