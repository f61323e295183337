"""Specs of generated rows with numbers for targets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from models.specs import limits
from models.specs.sources.base import Features, Regressive
from models.specs.spec import LIST, WHOLE, NonNegative, Number, Share
from models.text import LocalizedText
from models.violation import Violation

Targets = Annotated[int, Field(ge=1, le=limits.MAX_TARGETS), WHOLE]


class Regression(Regressive):
    """A random linear function of some of the features."""

    type: Literal["regression"] = "regression"
    target: ClassVar[str] = "sklearn.datasets.make_regression"
    all_positive: ClassVar[bool | None] = False
    text: ClassVar[LocalizedText] = LocalizedText(
        "A random linear function of a few features, with noise if wanted; the targets are large, so scale your hopes.",
        "Una función lineal aleatoria de unas pocas características, con ruido si se pide; los objetivos son grandes.",
    )
    latex: ClassVar[str] = r"y = X w + b + \sigma\varepsilon"
    n_features: Features = 100
    n_informative: Features = 10
    n_targets: Targets = 1
    bias: Number = 0.0
    effective_rank: Features | None = None
    tail_strength: Share = 0.5
    noise: NonNegative = 0.0
    shuffle: bool = True

    def columns(self) -> int:
        """As many as asked for."""
        return self.n_features

    def targets_per_row(self) -> int:
        """As many as asked for."""
        return self.n_targets


class Friedman1(Regressive):
    """A known curved function of five features among others (Friedman 1991)."""

    type: Literal["friedman1"] = "friedman1"
    target: ClassVar[str] = "sklearn.datasets.make_friedman1"
    text: ClassVar[LocalizedText] = LocalizedText(
        "A sine, a parabola and two lines of five features; the others are there to distract.",
        "Un seno, una parábola y dos rectas de cinco características; las demás distraen.",
    )
    latex: ClassVar[str] = r"10\sin(\pi x_0 x_1)+20(x_2-\tfrac12)^2+10x_3+5x_4+\sigma\varepsilon"
    n_features: Annotated[int, Field(ge=5, le=limits.MAX_FEATURES), WHOLE] = 10
    noise: NonNegative = 0.0

    def columns(self) -> int:
        """As many as asked for."""
        return self.n_features


class LinearTarget(Regressive):
    """A given linear function.

    With ``RandomState(random_state)``: x = uniform(-1, 1) of shape (n_samples, n_features), then e = standard_normal
    of shape (n_samples,); y = x @ coef + bias + noise * e.

    Attributes:
        coef: one number a feature; null: all 1.
    """

    type: Literal["linear"] = "linear"
    target: ClassVar[str] = "models.engine.recipes.linear"
    all_positive: ClassVar[bool | None] = False
    text: ClassVar[LocalizedText] = LocalizedText(
        "A straight line (or plane) whose coefficients you choose, with noise: one linear unit can learn it exactly.",
        "Una recta (o un plano) con los coeficientes que elijas, con ruido: una unidad lineal la aprende exactamente.",
    )
    latex: ClassVar[str] = r"y = w^{\top}x + b + \sigma\varepsilon"
    n_features: Features = 1
    coef: Annotated[tuple[Number, ...], LIST, Field(max_length=limits.MAX_FEATURES)] | None = None
    bias: Number = 0.0
    noise: NonNegative = 0.0

    def columns(self) -> int:
        """As many as asked for."""
        return self.n_features

    def violations(self) -> Iterator[Violation]:
        """A coefficient for each feature."""
        yield from super().violations()
        if self.coef is not None and len(self.coef) != self.n_features:
            yield Violation.at(("coef",), f"needs n_features values, {self.n_features}, got {len(self.coef)}")
