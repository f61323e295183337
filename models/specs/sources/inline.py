"""Defines the source whose rows stand in the spec itself."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Discriminator, FailFast, Field, Tag
from typing_extensions import TypeAliasType

from models.specs import limits
from models.specs.messages import counted
from models.specs.sources.base import Label, SourceBase
from models.specs.spec import LIST, Number
from models.text import LocalizedText
from models.violation import Violation

LENGTH = Field(min_length=2, max_length=limits.MAX_ROWS)
WIDTH = Field(min_length=1, max_length=limits.MAX_FEATURES)
# Whole numbers stay whole: a label comes back as it was sent.
SAFE = Field(ge=-limits.MAX_SAFE_INTEGER, le=limits.MAX_SAFE_INTEGER)
Value = Annotated[int, SAFE] | Annotated[float, SAFE]
Name = Annotated[str, Field(max_length=limits.MAX_TEXT)]

Row = Annotated[tuple[Number, ...], LIST, WIDTH, FailFast()]
Matrix = TypeAliasType("Matrix", Annotated[tuple[Row, ...], LIST, LENGTH, FailFast()])
Numbers = TypeAliasType("Numbers", Annotated[tuple[Value, ...], LIST, LENGTH, FailFast()])
Names = TypeAliasType("Names", Annotated[tuple[Name, ...], LIST, LENGTH, FailFast()])
Bools = TypeAliasType("Bools", Annotated[tuple[bool, ...], LIST, LENGTH, FailFast()])


def _kind(value: object) -> str:
    """The kind of a column of targets: that of its first entry."""
    first = value[0] if isinstance(value, list | tuple) and value else None
    if isinstance(first, bool):
        return "<bools>"
    if isinstance(first, str):
        return "<names>"
    return "<rows>" if isinstance(first, list | tuple) else "<numbers>"


def _column(value: object) -> object:
    """Rows of one value each are a column: what a table's only column looks like in most libraries."""
    if (
        isinstance(value, list | tuple)
        and value
        and all(isinstance(row, list | tuple) and len(row) == 1 and not isinstance(row[0], list) for row in value)
    ):
        return [row[0] for row in value]
    return value


Targets = TypeAliasType(
    "Targets",
    Annotated[
        Annotated[Numbers, Tag("<numbers>")]
        | Annotated[Names, Tag("<names>")]
        | Annotated[Bools, Tag("<bools>")]
        | Annotated[Matrix, Tag("<rows>")],
        Discriminator(_kind),
        BeforeValidator(_column),
    ],
)


class Inline(SourceBase):
    """Rows and targets as they stand in the spec.

    Attributes:
        features: N rows of D numbers.
        targets: N numbers, names or truth values; or N rows of K numbers, such as one-hot rows. Rows of one value are
            read as that value.
        task: what the targets are; null: names, truth values and one-hot rows are classes, and whole numbers are
            where the loss is made for classes.
    """

    type: Literal["inline"] = "inline"
    target: ClassVar[str] = "models.engine.recipes.inline"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Your own table, sent along in the spec: rows of numbers, and a target for each.",
        "Tu propia tabla, enviada dentro de la especificación: filas de números y un objetivo para cada una.",
    )
    latex: ClassVar[str] = r"(x_i, y_i)_{i=1}^{N}"
    ours: ClassVar[frozenset[str]] = frozenset({"type", "task"})
    max_cells: ClassVar[int] = limits.MAX_INLINE_CELLS
    features: Matrix
    targets: Targets
    task: Literal["classification", "regression"] | None = None

    def rows(self) -> int:
        """As many as sent."""
        return len(self.features)

    def columns(self) -> int:
        """The length of the first row."""
        return len(self.features[0])

    def targets_per_row(self) -> int:
        """The length of the first target."""
        first = self.targets[0]
        return len(first) if isinstance(first, tuple) else 1

    @cached_property
    def one_hot(self) -> bool:
        """Whether every target is a row of zeros around a single 1."""
        return self.targets_per_row() > 1 and all(
            isinstance(row, tuple) and row.count(1) == 1 and row.count(0) == len(row) - 1 for row in self.targets
        )

    @cached_property
    def distinct(self) -> tuple[Label, ...]:
        """The different targets of a column, in ascending order; JSON's 1.0 is the label 1."""
        found = {value for value in self.targets if not isinstance(value, tuple)}
        return tuple(
            int(value) if isinstance(value, float) and value.is_integer() else value
            for value in sorted(found, key=_order)
        )

    def classes(self, *, classifies: bool) -> tuple[Label, ...] | None:
        """The labels in ascending order, None where targets are plain numbers.

        Args:
            classifies: whether the loss is made for classes.
        """
        if self.task == "regression":
            return None
        first = self.targets[0]
        if isinstance(first, tuple):
            return tuple(range(len(first))) if self.one_hot else None
        named = isinstance(first, bool | str) or self.task == "classification"
        if named or (classifies and not any(isinstance(value, float) for value in self.distinct)):
            return self.distinct
        return None

    def labels(self) -> tuple[Label, ...] | None:
        """The labels, if the targets alone tell that they are classes."""
        return self.classes(classifies=False)

    def violations(self) -> Iterator[Violation]:
        """A rectangular table, a target for each row, targets that fit the task."""
        yield from super().violations()
        for name, width in (("features", self.columns()), ("targets", self.targets_per_row())):
            for i, row in enumerate(getattr(self, name)):
                if isinstance(row, tuple) and len(row) != width:
                    yield Violation.at((name, i), f"has {counted(len(row), 'value')}, the first row has {width}")
                    break
        if len(self.targets) != len(self.features):
            yield Violation.at(
                ("targets",), f"{counted(len(self.targets), 'target')} for {counted(len(self.features), 'row')}"
            )
        if self.task == "regression" and isinstance(self.targets[0], bool | str):
            yield Violation.at(("task",), "regression needs numbers for targets")
        if self.task == "classification" and isinstance(self.targets[0], tuple) and not self.one_hot:
            yield Violation.at(("task",), "classification needs one label a row, or one-hot rows")


def _order(label: Label) -> tuple[float, str]:
    """Numbers by size, names by code point."""
    return (0.0, label) if isinstance(label, str) else (label, "")
