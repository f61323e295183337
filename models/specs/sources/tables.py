"""Specs of the small data sets that come with scikit-learn."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from models.specs.sources.base import Label, SourceBase
from models.specs.spec import WHOLE
from models.text import LocalizedText

# Rows of each digit in scikit-learn's copy, from 0 to 9.
DIGIT_ROWS = (178, 182, 177, 183, 181, 182, 181, 179, 174, 180)


class Table(SourceBase):
    """A table of fixed size.

    Attributes:
        size: its rows, features and classes; no classes: its targets are numbers.
    """

    size: ClassVar[tuple[int, int, int]]

    def rows(self) -> int:
        """The table's length."""
        return self.size[0]

    def columns(self) -> int:
        """The table's width."""
        return self.size[1]

    def labels(self) -> tuple[Label, ...] | None:
        """The classes' numbers."""
        return tuple(range(self.size[2])) or None


class Iris(Table):
    """Fisher's irises: 150 flowers of 3 species (Fisher 1936)."""

    type: Literal["iris"] = "iris"
    target: ClassVar[str] = "sklearn.datasets.load_iris"
    size: ClassVar[tuple[int, int, int]] = (150, 4, 3)
    text: ClassVar[LocalizedText] = LocalizedText(
        "150 flowers of three species, four lengths each; the rows are sorted by species, so shuffle before you split.",
        "150 flores de tres especies, cuatro medidas cada una; las filas van ordenadas por especie: baraja antes de "
        "dividir.",
    )
    latex: ClassVar[str] = r"\mathbb{R}^{150 \times 4} \to \{0, 1, 2\}"


class Wine(Table):
    """178 wines of 3 growers."""

    type: Literal["wine"] = "wine"
    target: ClassVar[str] = "sklearn.datasets.load_wine"
    size: ClassVar[tuple[int, int, int]] = (178, 13, 3)
    text: ClassVar[LocalizedText] = LocalizedText(
        "178 wines of three growers, thirteen chemical values of very different sizes: scale them.",
        "178 vinos de tres productores, trece valores químicos de tamaños muy distintos: escálalos.",
    )
    latex: ClassVar[str] = r"\mathbb{R}^{178 \times 13} \to \{0, 1, 2\}"


class BreastCancer(Table):
    """569 tumours, malignant (0) or benign (1)."""

    type: Literal["breast_cancer"] = "breast_cancer"
    target: ClassVar[str] = "sklearn.datasets.load_breast_cancer"
    all_positive: ClassVar[bool | None] = False
    size: ClassVar[tuple[int, int, int]] = (569, 30, 2)
    text: ClassVar[LocalizedText] = LocalizedText(
        "569 tumours described by thirty numbers, malignant (0) or benign (1): a real binary table.",
        "569 tumores descritos por treinta números, malignos (0) o benignos (1): una tabla binaria real.",
    )
    latex: ClassVar[str] = r"\mathbb{R}^{569 \times 30} \to \{0, 1\}"


class Digits(Table):
    """1797 handwritten digits of 8 by 8 pixels."""

    type: Literal["digits"] = "digits"
    target: ClassVar[str] = "sklearn.datasets.load_digits"
    all_positive: ClassVar[bool | None] = False
    size: ClassVar[tuple[int, int, int]] = (1797, 64, 10)
    text: ClassVar[LocalizedText] = LocalizedText(
        "1797 handwritten digits of 8 by 8 pixels between 0 and 16; n_class keeps only the first digits.",
        "1797 dígitos manuscritos de 8 por 8 píxeles entre 0 y 16; n_class conserva solo los primeros dígitos.",
    )
    latex: ClassVar[str] = r"\{0, \dots, 16\}^{8 \times 8} \to \{0, \dots, 9\}"
    n_class: Annotated[int, Field(ge=2, le=10), WHOLE] = 10

    def rows(self) -> int:
        """The rows of the digits kept."""
        return sum(DIGIT_ROWS[: self.n_class])

    def labels(self) -> tuple[Label, ...]:
        """The digits kept."""
        return tuple(range(self.n_class))


class Diabetes(Table):
    """442 patients and the progress of their illness (Efron et al. 2004)."""

    type: Literal["diabetes"] = "diabetes"
    target: ClassVar[str] = "sklearn.datasets.load_diabetes"
    all_positive: ClassVar[bool | None] = False
    size: ClassVar[tuple[int, int, int]] = (442, 10, 0)
    text: ClassVar[LocalizedText] = LocalizedText(
        "442 patients, ten values each, and how their illness went on a year later (25 to 346): a real regression.",
        "442 pacientes, diez valores cada uno, y cómo siguió su enfermedad al año (de 25 a 346): una regresión real.",
    )
    latex: ClassVar[str] = r"\mathbb{R}^{442 \times 10} \to \mathbb{R}"
    scaled: bool = True
