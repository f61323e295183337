"""Specs of splits: which rows train and which test."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field
from typing_extensions import TypeAliasType

from models.specs import limits
from models.specs.shorthand import Shorthand
from models.specs.spec import Component, Rows, Seed
from models.text import LocalizedText
from models.violation import Violation


def _size(value: object) -> object:
    """A size below 1 is a share of the rows, from 1 on a number of rows, as scikit-learn reads them."""
    return int(value) if isinstance(value, float) and value >= 1 and value.is_integer() else value


BOUNDS = Field(gt=0, le=limits.MAX_ROWS)
Size = Annotated[Annotated[int, BOUNDS] | Annotated[float, BOUNDS], BeforeValidator(_size)]


class SplitBase(Component):
    """A division of the rows."""

    def train_rows(self, rows: int) -> int:
        """How many of ``rows`` train; the others test."""
        raise NotImplementedError


class Head(SplitBase):
    """The first rows train, in their order: ``train_test_split`` with ``shuffle=False``."""

    type: Literal["head"] = "head"
    target: ClassVar[str] = "sklearn.model_selection.train_test_split"
    text: ClassVar[LocalizedText] = LocalizedText(
        "The first train_size rows train and the rest test, without shuffling.",
        "Las primeras train_size filas entrenan y el resto evalúa, sin barajar.",
    )
    latex: ClassVar[str] = r"\{1, \dots, n\} \mid \{n+1, \dots, N\}"
    train_size: Rows

    def train_rows(self, rows: int) -> int:
        """The first ``train_size``."""
        return min(self.train_size, rows)


class Random(SplitBase):
    """Rows drawn at random, as scikit-learn's ``train_test_split`` draws them.

    Attributes:
        test_size: a share of the rows below 1, a number of rows from 1 on.
        stratify: whether both parts keep the shares of the classes.
    """

    type: Literal["random"] = "random"
    target: ClassVar[str] = "sklearn.model_selection.train_test_split"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Draws the test rows at random; stratify keeps the shares of the classes equal in both parts.",
        "Elige al azar las filas de evaluación; stratify mantiene iguales las proporciones de las clases en ambas "
        "partes.",
    )
    latex: ClassVar[str] = r"N_{test} = \lceil s N \rceil"
    test_size: Size = 0.25
    random_state: Seed | None = None
    stratify: bool = False

    def violations(self) -> Iterator[Violation]:
        """A number of rows is whole."""
        if self.test_size > 1 and not isinstance(self.test_size, int):
            yield Violation.at(("test_size",), f"a number of rows must be whole, got {self.test_size:g}")

    def train_rows(self, rows: int) -> int:
        """What the test rows leave; scikit-learn rounds the test rows up."""
        test = self.test_size if isinstance(self.test_size, int) else math.ceil(self.test_size * rows)
        return max(rows - math.ceil(test), 0)


SplitUnion = TypeAliasType(
    "SplitUnion",
    Annotated[Head | Random, Field(discriminator="type"), Shorthand(SplitBase)],
)
