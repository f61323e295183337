"""Specs of regression metrics."""

from __future__ import annotations

from typing import ClassVar, Literal

from models.specs.metrics.base import Goal, MetricBase
from models.text import LocalizedText


class MeanSquaredErrorMetric(MetricBase):
    """The mean squared error."""

    type: Literal["mse"] = "mse"
    target: ClassVar[str] = "keras.metrics.MeanSquaredError"
    aliases: ClassVar[tuple[str, ...]] = ("mean_squared_error", "MSE")
    goal: ClassVar[Goal] = "min"
    text: ClassVar[LocalizedText] = LocalizedText(
        "The mean of squared errors.",
        "La media de los errores al cuadrado.",
    )
    latex: ClassVar[str] = r"\frac1N\sum_i(y_i-\hat y_i)^2"


class MeanAbsoluteErrorMetric(MetricBase):
    """The mean absolute error."""

    type: Literal["mae"] = "mae"
    target: ClassVar[str] = "keras.metrics.MeanAbsoluteError"
    aliases: ClassVar[tuple[str, ...]] = ("mean_absolute_error", "MAE")
    goal: ClassVar[Goal] = "min"
    text: ClassVar[LocalizedText] = LocalizedText(
        "The mean of absolute errors, in the targets' own unit.",
        "La media de los errores absolutos, en la unidad de los objetivos.",
    )
    latex: ClassVar[str] = r"\frac1N\sum_i|y_i-\hat y_i|"


class RootMeanSquaredErrorMetric(MetricBase):
    """The root of the mean squared error."""

    type: Literal["rmse"] = "rmse"
    target: ClassVar[str] = "keras.metrics.RootMeanSquaredError"
    aliases: ClassVar[tuple[str, ...]] = ("root_mean_squared_error",)
    goal: ClassVar[Goal] = "min"
    text: ClassVar[LocalizedText] = LocalizedText(
        "The typical error in the targets' own unit; large errors weigh most.",
        "El error típico en la unidad de los objetivos; los errores grandes pesan más.",
    )
    latex: ClassVar[str] = r"\sqrt{\frac1N\sum_i(y_i-\hat y_i)^2}"


class MeanAbsolutePercentageErrorMetric(MetricBase):
    """The mean absolute error in percent."""

    type: Literal["mape"] = "mape"
    target: ClassVar[str] = "keras.metrics.MeanAbsolutePercentageError"
    aliases: ClassVar[tuple[str, ...]] = ("mean_absolute_percentage_error", "MAPE")
    goal: ClassVar[Goal] = "min"
    text: ClassVar[LocalizedText] = LocalizedText(
        "The mean error in percent of the target.",
        "El error medio en porcentaje del objetivo.",
    )
    latex: ClassVar[str] = r"\frac{100}N\sum_i\left|\frac{y_i-\hat y_i}{y_i}\right|"


class MeanSquaredLogarithmicErrorMetric(MetricBase):
    """The mean squared error of logarithms."""

    type: Literal["msle"] = "msle"
    target: ClassVar[str] = "keras.metrics.MeanSquaredLogarithmicError"
    aliases: ClassVar[tuple[str, ...]] = ("mean_squared_logarithmic_error", "MSLE")
    goal: ClassVar[Goal] = "min"
    text: ClassVar[LocalizedText] = LocalizedText(
        "The mean of squared errors of logarithms: relative errors of positive targets.",
        "La media de los errores al cuadrado de los logaritmos: errores relativos de objetivos positivos.",
    )
    latex: ClassVar[str] = r"\frac1N\sum_i(\ln(1+y_i)-\ln(1+\hat y_i))^2"


class R2(MetricBase):
    """The coefficient of determination."""

    type: Literal["r2"] = "r2"
    target: ClassVar[str] = "keras.metrics.R2Score"
    aliases: ClassVar[tuple[str, ...]] = ("r2_score",)
    goal: ClassVar[Goal] = "max"
    text: ClassVar[LocalizedText] = LocalizedText(
        "The share of the targets' variance that is explained: 1 is perfect, 0 no better than the mean.",
        "La proporción de la varianza de los objetivos que se explica: 1 es perfecto, 0 no mejora la media.",
    )
    latex: ClassVar[str] = r"1-\frac{\sum_i(y_i-\hat y_i)^2}{\sum_i(y_i-\bar y)^2}"
    class_aggregation: Literal["uniform_average", "variance_weighted_average"] = "uniform_average"


class CosineSimilarityMetric(MetricBase):
    """The cosine of the angle between output and target."""

    type: Literal["cosine_similarity"] = "cosine_similarity"
    target: ClassVar[str] = "keras.metrics.CosineSimilarity"
    goal: ClassVar[Goal] = "max"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Whether output and target point the same way: 1 is the same direction.",
        "Si la salida y el objetivo apuntan al mismo lado: 1 es la misma dirección.",
    )
    latex: ClassVar[str] = r"\frac{y\cdot\hat y}{\lVert y\rVert\lVert\hat y\rVert}"


class LogCoshMetric(MetricBase):
    """The logarithm of the error's hyperbolic cosine."""

    type: Literal["log_cosh"] = "log_cosh"
    target: ClassVar[str] = "keras.metrics.LogCoshError"
    goal: ClassVar[Goal] = "min"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Like half the squared error near zero and like the absolute error far away.",
        "Como medio error cuadrático cerca de cero y como el error absoluto lejos.",
    )
    latex: ClassVar[str] = r"\frac1N\sum_i\ln\cosh(\hat y_i-y_i)"
