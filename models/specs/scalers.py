"""Specs of scalers: features brought to a common size before the network reads them.

Left out everywhere: ``copy``, which decides nothing; of ``quantile`` also ``ignore_implicit_zeros``, which is about
sparse matrices.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from models.specs import limits
from models.specs.shorthand import Shorthand
from models.specs.spec import WHOLE, Component, Pair, Seed
from models.text import LocalizedText
from models.violation import Violation

Quantiles = Annotated[int, Field(ge=1, le=limits.MAX_ROWS), WHOLE]


class ScalerBase(Component):
    """A scaler of scikit-learn.

    Attributes:
        fit_on: which rows it learns from: ``train``, or ``all`` (which lets it peek at the test rows).
    """

    ours: ClassVar[frozenset[str]] = frozenset({"type", "fit_on"})
    fit_on: Literal["train", "all"] = "train"


class MinMax(ScalerBase):
    """Each feature onto an interval."""

    type: Literal["min_max"] = "min_max"
    target: ClassVar[str] = "sklearn.preprocessing.MinMaxScaler"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Maps each feature's range onto an interval, such as [-1, 1]; one outlier squeezes all the others.",
        "Lleva el rango de cada característica a un intervalo, como [-1, 1]; un valor atípico aprieta a los demás.",
    )
    latex: ClassVar[str] = r"a+(b-a)\frac{x-\min x}{\max x-\min x}"
    feature_range: Pair = (0.0, 1.0)
    clip: bool = False

    def violations(self) -> Iterator[Violation]:
        """The interval has a positive length."""
        low, high = self.feature_range
        if low >= high:
            yield Violation.at(
                ("feature_range",), f"the first must be smaller than the second, got [{low:g}, {high:g}]"
            )


class Standard(ScalerBase):
    """Each feature to mean 0 and variance 1."""

    type: Literal["standard"] = "standard"
    target: ClassVar[str] = "sklearn.preprocessing.StandardScaler"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Subtracts each feature's mean and divides by its standard deviation: the usual choice.",
        "Resta la media de cada característica y divide por su desviación típica: la opción habitual.",
    )
    latex: ClassVar[str] = r"\frac{x-\mu}{\sigma}"
    with_mean: bool = True
    with_std: bool = True


class Robust(ScalerBase):
    """Each feature by its median and quartiles."""

    type: Literal["robust"] = "robust"
    target: ClassVar[str] = "sklearn.preprocessing.RobustScaler"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Subtracts the median and divides by a range of quantiles, so that outliers do not count.",
        "Resta la mediana y divide por un rango de cuantiles, de modo que los valores atípicos no cuentan.",
    )
    latex: ClassVar[str] = r"\frac{x-\mathrm{med}\,x}{q_{75}-q_{25}}"
    with_centering: bool = True
    with_scaling: bool = True
    quantile_range: Pair = (25.0, 75.0)
    unit_variance: bool = False

    def violations(self) -> Iterator[Violation]:
        """The quantiles are percentages, in order."""
        low, high = self.quantile_range
        if not 0 <= low <= high <= 100:
            yield Violation.at(("quantile_range",), f"needs 0 <= lower <= upper <= 100, got [{low:g}, {high:g}]")
        elif self.unit_variance and not 0 < low < high < 100:
            yield Violation.at(
                ("quantile_range",), f"unit_variance needs 0 < lower < upper < 100, got [{low:g}, {high:g}]"
            )


class MaxAbs(ScalerBase):
    """Each feature divided by its largest absolute value."""

    type: Literal["max_abs"] = "max_abs"
    target: ClassVar[str] = "sklearn.preprocessing.MaxAbsScaler"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Divides each feature by its largest absolute value: into [-1, 1] without moving zero.",
        "Divide cada característica por su mayor valor absoluto: queda en [-1, 1] sin mover el cero.",
    )
    latex: ClassVar[str] = r"\frac{x}{\max |x|}"
    clip: bool = False


class Quantile(ScalerBase):
    """Each feature to its rank."""

    type: Literal["quantile"] = "quantile"
    target: ClassVar[str] = "sklearn.preprocessing.QuantileTransformer"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Replaces each value by its rank, spread evenly or like a normal: for heavy tails; distances are lost.",
        "Sustituye cada valor por su rango, repartido por igual o como una normal: para colas pesadas; se pierden las "
        "distancias.",
    )
    latex: ClassVar[str] = r"F^{-1}(\hat F(x))"
    n_quantiles: Quantiles = 1000
    output_distribution: Literal["uniform", "normal"] = "uniform"
    subsample: Quantiles | None = 10_000
    random_state: Seed | None = None

    def violations(self) -> Iterator[Violation]:
        """No more quantiles than rows to take them from."""
        if self.subsample is not None and self.n_quantiles > self.subsample:
            yield Violation.at(("n_quantiles",), f"is greater than subsample, {self.subsample}")


class Power(ScalerBase):
    """Each feature through the power that makes it most normal (Yeo & Johnson 2000)."""

    type: Literal["power"] = "power"
    target: ClassVar[str] = "sklearn.preprocessing.PowerTransformer"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Bends each feature by a fitted power until it looks normal: for skewed features. box-cox needs positive "
        "values.",
        "Dobla cada característica con una potencia ajustada hasta que parece normal: para características "
        "asimétricas. box-cox necesita valores positivos.",
    )
    latex: ClassVar[str] = r"\frac{(x+1)^\lambda-1}{\lambda}"
    method: Literal["yeo-johnson", "box-cox"] = "yeo-johnson"
    standardize: bool = True


ScalerUnion = TypeAliasType(
    "ScalerUnion",
    Annotated[
        MinMax | Standard | Robust | MaxAbs | Quantile | Power,
        Field(discriminator="type"),
        Shorthand(ScalerBase),
    ],
)
