"""Specs of losses: the numbers that training minimizes.

Left out everywhere: ``reduction`` (the mean over the batch), ``axis`` (rows are samples), ``name`` and ``dtype``.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from models.specs.shorthand import Shorthand
from models.specs.spec import Component, Int, NonNegative, Positive, Share
from models.text import LocalizedText

TargetForm = Literal["any", "index", "one_hot"]


class LossBase(Component):
    """A number for how wrong an output is.

    Attributes:
        target_form: how class labels become numbers for it. ``index``: the class's number; ``one_hot``: a row with a
            1 at the class; ``any``: one-hot rows where the network has an output a class, else the class's number.
        classifies: whether it is made for classes, so that whole-numbered inline targets mean classes.
    """

    target_form: ClassVar[TargetForm] = "any"
    classifies: ClassVar[bool] = False


class BinaryCrossentropy(LossBase):
    """The negative log-likelihood of a yes or no."""

    type: Literal["binary_crossentropy"] = "binary_crossentropy"
    target: ClassVar[str] = "keras.losses.BinaryCrossentropy"
    aliases: ClassVar[tuple[str, ...]] = ("bce", "BCE")
    classifies: ClassVar[bool] = True
    text: ClassVar[LocalizedText] = LocalizedText(
        "Compares a probability with a yes or no: for one sigmoid output, or several independent ones.",
        "Compara una probabilidad con un sí o un no: para una salida sigmoide, o varias independientes.",
    )
    latex: ClassVar[str] = r"-y\ln p-(1-y)\ln(1-p)"
    from_logits: bool = False
    label_smoothing: Share = 0.0


class BinaryFocalCrossentropy(LossBase):
    """Binary cross-entropy that looks away from easy rows (Lin et al. 2017)."""

    type: Literal["binary_focal_crossentropy"] = "binary_focal_crossentropy"
    target: ClassVar[str] = "keras.losses.BinaryFocalCrossentropy"
    classifies: ClassVar[bool] = True
    text: ClassVar[LocalizedText] = LocalizedText(
        "Binary cross-entropy that counts rows already right less: for rare classes.",
        "Entropía cruzada binaria que cuenta menos las filas ya acertadas: para clases raras.",
    )
    latex: ClassVar[str] = r"-(1-p_t)^\gamma \ln p_t"
    apply_class_balancing: bool = False
    alpha: Share = 0.25
    gamma: NonNegative = 2.0
    from_logits: bool = False
    label_smoothing: Share = 0.0


class CategoricalCrossentropy(LossBase):
    """The negative log-likelihood of one class among several."""

    type: Literal["categorical_crossentropy"] = "categorical_crossentropy"
    target: ClassVar[str] = "keras.losses.CategoricalCrossentropy"
    target_form: ClassVar[TargetForm] = "one_hot"
    classifies: ClassVar[bool] = True
    text: ClassVar[LocalizedText] = LocalizedText(
        "Compares a softmax output with one-hot rows: one output for each class.",
        "Compara una salida softmax con filas one-hot: una salida por clase.",
    )
    latex: ClassVar[str] = r"-\sum_k y_k \ln p_k"
    from_logits: bool = False
    label_smoothing: Share = 0.0


class CategoricalFocalCrossentropy(LossBase):
    """Categorical cross-entropy that looks away from easy rows (Lin et al. 2017)."""

    type: Literal["categorical_focal_crossentropy"] = "categorical_focal_crossentropy"
    target: ClassVar[str] = "keras.losses.CategoricalFocalCrossentropy"
    target_form: ClassVar[TargetForm] = "one_hot"
    classifies: ClassVar[bool] = True
    text: ClassVar[LocalizedText] = LocalizedText(
        "Categorical cross-entropy that counts rows already right less: for unbalanced classes.",
        "Entropía cruzada categórica que cuenta menos las filas ya acertadas: para clases desequilibradas.",
    )
    latex: ClassVar[str] = r"-\alpha \sum_k y_k (1-p_k)^\gamma \ln p_k"
    alpha: Share = 0.25
    gamma: NonNegative = 2.0
    from_logits: bool = False
    label_smoothing: Share = 0.0


class SparseCategoricalCrossentropy(LossBase):
    """Categorical cross-entropy on class numbers."""

    type: Literal["sparse_categorical_crossentropy"] = "sparse_categorical_crossentropy"
    target: ClassVar[str] = "keras.losses.SparseCategoricalCrossentropy"
    target_form: ClassVar[TargetForm] = "index"
    classifies: ClassVar[bool] = True
    text: ClassVar[LocalizedText] = LocalizedText(
        "The same as categorical cross-entropy, on class numbers instead of one-hot rows.",
        "Lo mismo que la entropía cruzada categórica, con números de clase en vez de filas one-hot.",
    )
    latex: ClassVar[str] = r"-\ln p_y"
    from_logits: bool = False
    ignore_class: Int | None = None


class MeanSquaredError(LossBase):
    """The mean squared error."""

    type: Literal["mse"] = "mse"
    target: ClassVar[str] = "keras.losses.MeanSquaredError"
    aliases: ClassVar[tuple[str, ...]] = ("mean_squared_error", "MSE")
    text: ClassVar[LocalizedText] = LocalizedText(
        "The mean of squared errors: the usual loss of regression; large errors weigh most.",
        "La media de los errores al cuadrado: la pérdida habitual en regresión; los errores grandes pesan más.",
    )
    latex: ClassVar[str] = r"(y-\hat y)^2"


class MeanAbsoluteError(LossBase):
    """The mean absolute error."""

    type: Literal["mae"] = "mae"
    target: ClassVar[str] = "keras.losses.MeanAbsoluteError"
    aliases: ClassVar[tuple[str, ...]] = ("mean_absolute_error", "MAE")
    text: ClassVar[LocalizedText] = LocalizedText(
        "The mean of absolute errors: forgives outliers and aims at the median.",
        "La media de los errores absolutos: perdona valores atípicos y apunta a la mediana.",
    )
    latex: ClassVar[str] = r"|y-\hat y|"


class MeanAbsolutePercentageError(LossBase):
    """The mean absolute error in percent of the target."""

    type: Literal["mape"] = "mape"
    target: ClassVar[str] = "keras.losses.MeanAbsolutePercentageError"
    aliases: ClassVar[tuple[str, ...]] = ("mean_absolute_percentage_error", "MAPE")
    text: ClassVar[LocalizedText] = LocalizedText(
        "Errors in percent of the target: only for targets far from zero.",
        "Errores en porcentaje del objetivo: solo para objetivos lejos de cero.",
    )
    latex: ClassVar[str] = r"100\,\left|\frac{y-\hat y}{y}\right|"


class MeanSquaredLogarithmicError(LossBase):
    """The mean squared error of logarithms."""

    type: Literal["msle"] = "msle"
    target: ClassVar[str] = "keras.losses.MeanSquaredLogarithmicError"
    aliases: ClassVar[tuple[str, ...]] = ("mean_squared_logarithmic_error", "MSLE")
    text: ClassVar[LocalizedText] = LocalizedText(
        "Squared errors of logarithms: for positive targets that span orders of magnitude.",
        "Errores al cuadrado de los logaritmos: para objetivos positivos de órdenes de magnitud distintos.",
    )
    latex: ClassVar[str] = r"(\ln(1+y)-\ln(1+\hat y))^2"


class Huber(LossBase):
    """Squared near zero, absolute far away (Huber 1964)."""

    type: Literal["huber"] = "huber"
    target: ClassVar[str] = "keras.losses.Huber"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Squared for errors below delta, absolute above: smooth, and patient with outliers.",
        "Cuadrática para errores menores que delta y absoluta por encima: suave y paciente con los valores atípicos.",
    )
    latex: ClassVar[str] = r"\tfrac12 e^2 \text{ if } |e| \le \delta,\ \delta|e|-\tfrac12\delta^2 \text{ otherwise}"
    delta: Positive = 1.0


class LogCosh(LossBase):
    """The logarithm of the error's hyperbolic cosine."""

    type: Literal["log_cosh"] = "log_cosh"
    target: ClassVar[str] = "keras.losses.LogCosh"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Much like Huber, without a corner to choose.",
        "Muy parecida a Huber, sin umbral que elegir.",
    )
    latex: ClassVar[str] = r"\ln\cosh(\hat y-y)"


class Poisson(LossBase):
    """The negative log-likelihood of a count, up to a constant."""

    type: Literal["poisson"] = "poisson"
    target: ClassVar[str] = "keras.losses.Poisson"
    text: ClassVar[LocalizedText] = LocalizedText(
        "For counts: the output is the expected count and must be positive (softplus or exponential).",
        "Para recuentos: la salida es el recuento esperado y debe ser positiva (softplus o exponencial).",
    )
    latex: ClassVar[str] = r"\hat y-y\ln\hat y"


class Hinge(LossBase):
    """The distance to the right side of a margin."""

    type: Literal["hinge"] = "hinge"
    target: ClassVar[str] = "keras.losses.Hinge"
    classifies: ClassVar[bool] = True
    text: ClassVar[LocalizedText] = LocalizedText(
        "Asks the output's sign to be right by a margin of 1: for tanh or linear outputs, as in a support vector "
        "machine.",
        "Pide que el signo de la salida sea correcto con un margen de 1: para salidas tanh o lineales, como en una "
        "máquina de vectores de soporte.",
    )
    latex: ClassVar[str] = r"\max(0, 1-y\hat y)"


class SquaredHinge(LossBase):
    """The hinge, squared."""

    type: Literal["squared_hinge"] = "squared_hinge"
    target: ClassVar[str] = "keras.losses.SquaredHinge"
    classifies: ClassVar[bool] = True
    text: ClassVar[LocalizedText] = LocalizedText(
        "The hinge squared: smooth at the margin, stricter far beyond it.",
        "La pérdida bisagra al cuadrado: suave en el margen y más estricta lejos de él.",
    )
    latex: ClassVar[str] = r"\max(0, 1-y\hat y)^2"


class CategoricalHinge(LossBase):
    """The margin between the right class and the best wrong one."""

    type: Literal["categorical_hinge"] = "categorical_hinge"
    target: ClassVar[str] = "keras.losses.CategoricalHinge"
    target_form: ClassVar[TargetForm] = "one_hot"
    classifies: ClassVar[bool] = True
    text: ClassVar[LocalizedText] = LocalizedText(
        "Asks the right class to beat every other one by 1: a support vector machine for several classes.",
        "Pide que la clase correcta supere a las demás en 1: una máquina de vectores de soporte para varias clases.",
    )
    latex: ClassVar[str] = r"\max(0, 1+\max_{k \ne y} \hat y_k-\hat y_y)"


class KlDivergence(LossBase):
    """The Kullback-Leibler divergence."""

    type: Literal["kl_divergence"] = "kl_divergence"
    target: ClassVar[str] = "keras.losses.KLDivergence"
    aliases: ClassVar[tuple[str, ...]] = ("kld", "KLD")
    text: ClassVar[LocalizedText] = LocalizedText(
        "The distance from predicted probabilities to target ones; on one-hot rows the same as cross-entropy.",
        "La distancia entre las probabilidades predichas y las objetivo; con filas one-hot equivale a la entropía "
        "cruzada.",
    )
    latex: ClassVar[str] = r"\sum_k y_k \ln\frac{y_k}{p_k}"


class CosineSimilarity(LossBase):
    """The negative cosine of the angle between output and target."""

    type: Literal["cosine_similarity"] = "cosine_similarity"
    target: ClassVar[str] = "keras.losses.CosineSimilarity"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Only the direction counts, not the length: -1 where output and target point the same way.",
        "Solo cuenta la dirección, no la longitud: -1 cuando salida y objetivo apuntan al mismo lado.",
    )
    latex: ClassVar[str] = r"-\frac{y\cdot\hat y}{\lVert y\rVert\,\lVert\hat y\rVert}"


LossUnion = TypeAliasType(
    "LossUnion",
    Annotated[
        BinaryCrossentropy
        | BinaryFocalCrossentropy
        | CategoricalCrossentropy
        | CategoricalFocalCrossentropy
        | SparseCategoricalCrossentropy
        | MeanSquaredError
        | MeanAbsoluteError
        | MeanAbsolutePercentageError
        | MeanSquaredLogarithmicError
        | Huber
        | LogCosh
        | Poisson
        | Hinge
        | SquaredHinge
        | CategoricalHinge
        | KlDivergence
        | CosineSimilarity,
        Field(discriminator="type"),
        Shorthand(LossBase),
    ],
)
